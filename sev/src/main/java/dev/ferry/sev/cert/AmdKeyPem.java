package dev.ferry.sev.cert;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Arrays;
import java.util.Base64;

/** Private RSA keys of software platforms in PEM, as PKCS#8. Source: RFC 5958, RFC 7468. */
final class AmdKeyPem {
    private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String END = "-----END PRIVATE KEY-----";
    private static final byte[] LINE_FEED = {'\n'};
    private static final int LINE_LENGTH = 64;

    private AmdKeyPem() {}

    static byte[] pkcs8(PrivateKey key) {
        byte[] der = key.getEncoded();
        byte[] body = Base64.getMimeEncoder(LINE_LENGTH, LINE_FEED).encode(der);
        byte[] begin = (BEGIN + "\n").getBytes(StandardCharsets.US_ASCII);
        byte[] end = ("\n" + END + "\n").getBytes(StandardCharsets.US_ASCII);
        byte[] pem = Arrays.copyOf(begin, begin.length + body.length + end.length);
        System.arraycopy(body, 0, pem, begin.length, body.length);
        System.arraycopy(end, 0, pem, begin.length + body.length, end.length);
        Arrays.fill(der, (byte) 0);
        Arrays.fill(body, (byte) 0);
        return pem;
    }

    static AmdKey read(byte[] pem) throws SevException {
        String text = new String(pem, StandardCharsets.US_ASCII).strip();
        if (!text.startsWith(BEGIN) || !text.endsWith(END)) {
            throw refused("an RSA key as PKCS#8", "another label or none");
        }
        byte[] der = new byte[0];
        try {
            der =
                    Base64.getMimeDecoder()
                            .decode(text.substring(BEGIN.length(), text.length() - END.length()));
            return of(KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(der)));
        } catch (GeneralSecurityException | RuntimeException e) {
            // what the parser says may quote the key, so it does not go into the message
            throw refused("an RSA key as PKCS#8", "a text that cannot be parsed");
        } finally {
            Arrays.fill(der, (byte) 0);
        }
    }

    private static AmdKey of(PrivateKey key) throws GeneralSecurityException, SevException {
        if (!(key instanceof RSAPrivateCrtKey whole)) {
            throw refused("an RSA key with its prime factors", "one without");
        }
        BigInteger modulus = whole.getModulus();
        if (!AmdCertificate.isKeySize(modulus.bitLength())) {
            throw refused("an RSA key of 2048 or 4096 bits", "one of " + modulus.bitLength());
        }
        return AmdKey.of(
                new KeyPair(
                        KeyFactory.getInstance("RSA")
                                .generatePublic(
                                        new RSAPublicKeySpec(modulus, whole.getPublicExponent())),
                        key));
    }

    private static SevException refused(String expected, String found) {
        return new SevException(
                FirmwareStatus.INVALID_PARAM,
                "PEM private key: expected " + expected + ", found " + found);
    }
}
