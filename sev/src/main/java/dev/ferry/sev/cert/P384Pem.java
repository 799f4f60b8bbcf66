package dev.ferry.sev.cert;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Object;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.jspecify.annotations.Nullable;

/**
 * Private keys in PEM files, as {@code openssl genpkey} and {@code openssl ecparam -genkey} write
 * them. Sources: RFC 5958 (PKCS#8), RFC 5915 (SEC1).
 */
final class P384Pem {
    private static final AlgorithmIdentifier P384 =
            new AlgorithmIdentifier(
                    X9ObjectIdentifiers.id_ecPublicKey, SECObjectIdentifiers.secp384r1);
    private static final byte[] LINE_FEED = {'\n'};
    private static final int LINE_LENGTH = 64;

    private P384Pem() {}

    static P384PrivateKey read(byte[] pem) throws SevException {
        try (PEMParser parser =
                new PEMParser(
                        new InputStreamReader(
                                new ByteArrayInputStream(pem), StandardCharsets.US_ASCII))) {
            // openssl ecparam -genkey writes the curve's parameters before the key
            for (Object object = parser.readObject();
                    object != null;
                    object = parser.readObject()) {
                if (object instanceof PrivateKeyInfo info) {
                    return of(info);
                }
                if (object instanceof PEMKeyPair pair) {
                    return of(pair.getPrivateKeyInfo());
                }
                if (object instanceof ASN1Encodable) {
                    continue;
                }
                throw refused("an unencrypted EC key", object.getClass().getSimpleName());
            }
            throw refused("an EC key", "none");
        } catch (IOException | RuntimeException e) {
            // the parser's own words may quote the file, so they do not go into the message
            throw refused("an EC key", "a file that cannot be parsed");
        }
    }

    static byte[] pkcs8(P384PrivateKey key) {
        return pem("PRIVATE KEY", key, P384Pem::info);
    }

    static byte[] sec1(P384PrivateKey key) {
        return pem("EC PRIVATE KEY", key, own -> structure(own, SECObjectIdentifiers.secp384r1));
    }

    private static P384PrivateKey of(PrivateKeyInfo info) throws IOException, SevException {
        AlgorithmIdentifier algorithm = info.getPrivateKeyAlgorithm();
        if (!X9ObjectIdentifiers.id_ecPublicKey.equals(algorithm.getAlgorithm())
                || !SECObjectIdentifiers.secp384r1.equals(algorithm.getParameters())) {
            throw refused("a key on P-384", "another algorithm or curve");
        }
        BigInteger number = ECPrivateKey.getInstance(info.parsePrivateKey()).getKey();
        if (number.signum() <= 0 || number.bitLength() > 8 * P384PrivateKey.BYTES) {
            throw refused("a key on P-384", "a number out of range");
        }
        byte[] little = new byte[P384PrivateKey.BYTES];
        LittleEndian.put(little, 0, little.length, number);
        byte[] scalar = LittleEndian.reversed(little, 0, little.length);
        try {
            return P384PrivateKey.of(scalar);
        } finally {
            Arrays.fill(little, (byte) 0);
            Arrays.fill(scalar, (byte) 0);
        }
    }

    private interface Structure {
        ASN1Object of(P384PrivateKey key) throws IOException;
    }

    private static ASN1Object info(P384PrivateKey key) throws IOException {
        // the curve is in the algorithm already; OpenSSL does not repeat it either
        return new PrivateKeyInfo(P384, structure(key, null));
    }

    private static ECPrivateKey structure(
            P384PrivateKey key, @Nullable ASN1ObjectIdentifier curve) {
        byte[] scalar = key.bytes();
        try {
            return new ECPrivateKey(
                    8 * P384PrivateKey.BYTES,
                    new BigInteger(1, scalar),
                    new DERBitString(uncompressed(key.publicKey())),
                    curve);
        } finally {
            Arrays.fill(scalar, (byte) 0);
        }
    }

    private static byte[] uncompressed(CertificateKey.Ecc point) {
        byte[] little = new byte[2 * P384PrivateKey.BYTES];
        LittleEndian.put(little, 0, P384PrivateKey.BYTES, point.y());
        LittleEndian.put(little, P384PrivateKey.BYTES, P384PrivateKey.BYTES, point.x());
        byte[] encoded = new byte[1 + little.length];
        encoded[0] = 4;
        byte[] big = LittleEndian.reversed(little, 0, little.length);
        System.arraycopy(big, 0, encoded, 1, big.length);
        return encoded;
    }

    private static byte[] pem(String label, P384PrivateKey key, Structure structure) {
        byte[] der = null;
        byte[] body = null;
        try {
            der = structure.of(key).getEncoded("DER");
            body = Base64.getMimeEncoder(LINE_LENGTH, LINE_FEED).encode(der);
            byte[] begin = ("-----BEGIN " + label + "-----\n").getBytes(StandardCharsets.US_ASCII);
            byte[] end = ("\n-----END " + label + "-----\n").getBytes(StandardCharsets.US_ASCII);
            byte[] pem = Arrays.copyOf(begin, begin.length + body.length + end.length);
            System.arraycopy(body, 0, pem, begin.length, body.length);
            System.arraycopy(end, 0, pem, begin.length + body.length, end.length);
            return pem;
        } catch (IOException e) {
            throw new IllegalStateException("no DER of a P-384 key", e);
        } finally {
            if (der != null) {
                Arrays.fill(der, (byte) 0);
            }
            if (body != null) {
                Arrays.fill(body, (byte) 0);
            }
        }
    }

    private static SevException refused(String expected, String found) {
        return new SevException(
                FirmwareStatus.INVALID_PARAM,
                "PEM private key: expected " + expected + ", found " + found);
    }
}
