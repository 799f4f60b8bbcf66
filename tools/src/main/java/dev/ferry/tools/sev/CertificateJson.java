package dev.ferry.tools.sev;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ferry.sev.cert.AmdCertificate;
import dev.ferry.sev.cert.CertificateKey;
import dev.ferry.sev.cert.CertificateSignature;
import dev.ferry.sev.cert.CertificateUsage;
import dev.ferry.sev.cert.KeyAlgorithm;
import dev.ferry.sev.cert.KnownArk;
import dev.ferry.sev.cert.SevCertificate;
import dev.ferry.sev.cert.SignerKey;
import dev.ferry.tools.json.Json;
import java.io.IOException;
import java.util.Optional;

/** A certificate as JSON. Big numbers are in hex, most significant digit first. */
final class CertificateJson {

    private CertificateJson() {}

    static void write(JsonGenerator out, CertificateFiles.Named named) throws IOException {
        out.writeStartObject();
        out.writeStringField("file", named.file());
        out.writeNumberField("offset", named.offset());
        out.writeNumberField("length", named.certificate().bytes().length);
        out.writeStringField(
                "format", named.certificate() instanceof SevCertificate ? "sev" : "amd");
        out.writeNumberField("version", Integer.toUnsignedLong(named.certificate().version()));
        usage(out, named.certificate().usageCode());
        if (named.certificate() instanceof SevCertificate sev) {
            out.writeStringField("api", sev.apiMajor() + "." + sev.apiMinor());
            algorithm(out, sev.algorithmCode());
            key(out, sev.signerKey());
            out.writeArrayFieldStart("signatures");
            signature(out, sev.sig1());
            signature(out, sev.sig2());
            out.writeEndArray();
        } else if (named.certificate() instanceof AmdCertificate amd) {
            algorithm(out, amd.algorithm().code());
            out.writeStringField("keyId", Json.hex(amd.keyId()));
            out.writeStringField("certifyingKeyId", Json.hex(amd.certifyingId()));
            key(out, amd.signerKey());
            out.writeStringField("sha384", Json.hex(amd.sha384()));
            Optional<KnownArk> known = KnownArk.of(amd);
            out.writeStringField("root", known.map(KnownArk::generation).orElse(null));
            out.writeStringField("signature", Json.hex(amd.signature()));
        }
        out.writeEndObject();
    }

    private static void usage(JsonGenerator out, int code) throws IOException {
        out.writeStringField("usage", CertificateUsage.of(code).map(Enum::name).orElse(null));
        out.writeStringField("usageCode", "0x" + Integer.toHexString(code));
    }

    private static void algorithm(JsonGenerator out, int code) throws IOException {
        out.writeStringField("algorithm", KeyAlgorithm.of(code).map(Enum::name).orElse(null));
        out.writeStringField("algorithmCode", "0x" + Integer.toHexString(code));
    }

    private static void key(JsonGenerator out, SignerKey signer) throws IOException {
        CertificateKey key = signer.key().orElse(null);
        if (key == null) {
            out.writeNullField("key");
            return;
        }
        out.writeObjectFieldStart("key");
        out.writeBooleanField("wellFormed", key.isWellFormed());
        if (key instanceof CertificateKey.Rsa rsa) {
            out.writeStringField("type", "rsa");
            out.writeNumberField("bits", Integer.toUnsignedLong(rsa.modulusBits()));
            out.writeStringField("exponent", rsa.exponent().toString(16));
            out.writeStringField("modulus", rsa.modulus().toString(16));
        } else if (key instanceof CertificateKey.Ecc ecc) {
            out.writeStringField("type", "ecc");
            out.writeNumberField("curve", Integer.toUnsignedLong(ecc.curve()));
            out.writeStringField("x", ecc.x().toString(16));
            out.writeStringField("y", ecc.y().toString(16));
        }
        out.writeEndObject();
    }

    private static void signature(JsonGenerator out, CertificateSignature signature)
            throws IOException {
        out.writeStartObject();
        out.writeBooleanField("used", !signature.isUnused());
        usage(out, signature.usageCode());
        algorithm(out, signature.algorithmCode());
        out.writeStringField("value", Json.hex(signature.value()));
        out.writeEndObject();
    }
}
