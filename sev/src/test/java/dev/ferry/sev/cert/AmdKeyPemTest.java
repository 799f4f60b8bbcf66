package dev.ferry.sev.cert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Roots of software platforms at rest. */
final class AmdKeyPemTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final AmdKey KEY = AmdKey.generate(2048, RANDOM);

    @Test
    void keyComesBackAndSignsForItsCertificate() throws SevException {
        AmdKey again = AmdKey.ofPem(KEY.pkcs8Pem());
        assertEquals(KEY.publicKey(), again.publicKey());
        assertEquals(2048, again.bits());
        assertArrayEquals(KEY.pkcs8Pem(), again.pkcs8Pem());
        AmdCertificateIssuer issuer = new AmdCertificateIssuer(RANDOM);
        AmdCertificate ark = issuer.ark(KEY);
        AmdCertificate ask = issuer.ask(KEY.publicKey(), ark, again);
        assertTrue(AmdCertificateValidator.ask(ask, ark).isValid());
    }

    @Test
    void whatIsNoKeyIsRefusedWithoutQuotingIt() throws Exception {
        KeyPairGenerator small = KeyPairGenerator.getInstance("RSA");
        small.initialize(1024);
        String pem = new String(KEY.pkcs8Pem(), StandardCharsets.US_ASCII);
        String ec;
        try (P384PrivateKey key = P384PrivateKey.random(RANDOM)) {
            ec = new String(key.pkcs8Pem(), StandardCharsets.US_ASCII);
        }
        List<String> wrong =
                List.of(
                        "",
                        "-----BEGIN PRIVATE KEY-----",
                        "-----BEGIN PRIVATE KEY----------END PRIVATE KEY-----",
                        pem.substring(0, pem.length() / 2) + "\n-----END PRIVATE KEY-----\n",
                        pem.replace("PRIVATE KEY", "RSA PRIVATE KEY"),
                        ec,
                        new String(
                                AmdKeyPem.pkcs8(small.generateKeyPair().getPrivate()),
                                StandardCharsets.US_ASCII));
        for (String text : wrong) {
            SevException told =
                    assertThrows(
                            SevException.class,
                            () -> AmdKey.ofPem(text.getBytes(StandardCharsets.US_ASCII)));
            assertEquals(FirmwareStatus.INVALID_PARAM, told.status());
            assertFalse(Objects.toString(told.getMessage()).contains(pem.substring(200, 220)));
        }
    }
}
