package dev.ferry.tools.sev;

import dev.ferry.sev.cert.AmdCertificate;
import dev.ferry.sev.cert.Certificate;
import dev.ferry.sev.cert.CertificateKey;
import dev.ferry.sev.cert.CertificateUsage;
import dev.ferry.sev.cert.KeyAlgorithm;
import dev.ferry.sev.cert.KnownArk;
import dev.ferry.sev.cert.SevCertificate;
import dev.ferry.tools.cli.TextTable;
import dev.ferry.tools.json.Json;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A certificate in a few lines. */
final class CertificateText {

    private CertificateText() {}

    static String title(Certificate certificate) {
        return certificate
                .usage()
                .map(Enum::name)
                .orElseGet(() -> "usage 0x" + Integer.toHexString(certificate.usageCode()));
    }

    static List<String> lines(Certificate certificate) {
        TextTable table = new TextTable("ll");
        table.row("purpose", purpose(certificate));
        table.row("version", Integer.toUnsignedString(certificate.version()));
        if (certificate instanceof SevCertificate sev) {
            table.row("firmware API", sev.apiMajor() + "." + sev.apiMinor());
            table.row("algorithm", algorithm(sev.algorithmCode()));
            table.row("key", key(sev.key()));
            table.row("signature 1", sev.sig1().toString());
            table.row("signature 2", sev.sig2().toString());
        } else if (certificate instanceof AmdCertificate amd) {
            table.row("key id", Json.hex(amd.keyId()));
            table.row("key", key(Optional.of(amd.key())));
            table.row(
                    "signed by",
                    Arrays.equals(amd.keyId(), amd.certifyingId())
                            ? "itself"
                            : Json.hex(amd.certifyingId()));
            if (amd.usageCode() == CertificateUsage.ARK.code()) {
                table.row(
                        "root", KnownArk.of(amd).map(KnownArk::generation).orElse("none of AMD's"));
                table.row("SHA-384", Json.hex(amd.sha384()));
            }
        }
        return table.lines("  ");
    }

    private static String purpose(Certificate certificate) {
        CertificateUsage usage = certificate.usage().orElse(CertificateUsage.INVALID);
        return switch (usage) {
            case ARK -> "AMD root key";
            case ASK -> "AMD SEV signing key";
            case CEK -> "chip endorsement key";
            case OCA -> "owner certificate authority";
            case PEK -> "platform endorsement key";
            case PDH -> "platform Diffie-Hellman key";
            case INVALID -> "none";
        };
    }

    private static String algorithm(int code) {
        return KeyAlgorithm.of(code)
                .map(Enum::name)
                .orElseGet(() -> "0x" + Integer.toHexString(code));
    }

    private static String key(Optional<CertificateKey> key) {
        if (key.isEmpty()) {
            return "unknown";
        }
        if (key.get() instanceof CertificateKey.Rsa rsa) {
            return "RSA, " + rsa.modulusBits() + " bits, exponent " + rsa.exponent();
        }
        if (key.get() instanceof CertificateKey.Ecc ecc) {
            if (ecc.curve() != CertificateKey.Ecc.P384) {
                return "on curve " + Integer.toUnsignedString(ecc.curve());
            }
            return ecc.isWellFormed() ? "P-384" : "P-384, but the point is not on the curve";
        }
        return "unknown";
    }
}
