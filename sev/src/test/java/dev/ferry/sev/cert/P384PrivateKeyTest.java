package dev.ferry.sev.cert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.testdata.SevFixture;
import dev.ferry.testdata.SevFixtures;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class P384PrivateKeyTest {
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Made by OpenSSL 3.0: {@code openssl ecparam -name secp384r1 -genkey}. */
    private static final String WITH_PARAMETERS =
            """
            -----BEGIN EC PARAMETERS-----
            BgUrgQQAIg==
            -----END EC PARAMETERS-----
            -----BEGIN EC PRIVATE KEY-----
            MIGkAgEBBDBhRo8c8lRads6DTCAYDP4qzFuINJ8DSKhoqiBMbwlsIv82948VXTav
            VFXubm98Y6mgBwYFK4EEACKhZANiAASTWjISjAO5n8G6By3joGQA1EO3VHFo60r7
            K8ipl9NGFqtL0phtGSYN58QE3Cg4xvNbAPA3IgEfgYCpCL0iTq0Bu/IL9yycNmjO
            rMNvQS2oTpJPS3dCPKzlj1bSDzKNiLw=
            -----END EC PRIVATE KEY-----
            """;

    private static final String PKCS8 =
            """
            -----BEGIN PRIVATE KEY-----
            MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDBhRo8c8lRads6DTCAY
            DP4qzFuINJ8DSKhoqiBMbwlsIv82948VXTavVFXubm98Y6mhZANiAASTWjISjAO5
            n8G6By3joGQA1EO3VHFo60r7K8ipl9NGFqtL0phtGSYN58QE3Cg4xvNbAPA3IgEf
            gYCpCL0iTq0Bu/IL9yycNmjOrMNvQS2oTpJPS3dCPKzlj1bSDzKNiLw=
            -----END PRIVATE KEY-----
            """;

    private static final String OPENSSL_SCALAR =
            "61468f1cf2545a76ce834c20180cfe2acc5b88349f0348a868aa204c6f096c22ff36f78f155d36af5455ee6e6f7c63a9";

    private static final String P256 =
            """
            -----BEGIN EC PRIVATE KEY-----
            MHcCAQEEIErKcfBCtFSvvOjH8/FH8gzhyqoCRPfXhFm7ZPARRropoAoGCCqGSM49
            AwEHoUQDQgAEURSySlKc7UMTmpreeUP2ReKAA5iFwMOesWZ28A5nLUeuwl9TnILD
            SK4furTbCw2GB477ASmqFtX/8p0slmGtRw==
            -----END EC PRIVATE KEY-----
            """;

    private static final String RSA =
            """
            -----BEGIN PRIVATE KEY-----
            MIICdwIBADANBgkqhkiG9w0BAQEFAASCAmEwggJdAgEAAoGBAL2BnXeSsC5RcjSC
            LiZJcJUOZ6I+zIPZ8ELDA31PD4Gl2Z5UZKscvMaI5nfHuezfekPUFrJROn+ixLk4
            /er7t5CWNHTr7v8uyfiZYcdLxFY1u9QH5BDacMluJiuNSDM7aUgvB8ApdkTu+n2F
            AcVVJVlrZWL/9RB51iSObJ5MleBrAgMBAAECgYBgFywQaIn7QoMlSuk5sr1qZ153
            L16mcMjaIWZQkNktBTq+hM5y0WSLSvmJvPVyvbKSWCWWD4gZFiCoRtTB5RcjUnU5
            NSP9iLkjKuCGKz+zKClfv06sPQdstd/1pa8bS2zl2P83A2ozw9qihm3m4vU80qgx
            hQL8amzTJia0fnGO0QJBAO2BG9z8/l6AI9ckNlPG+bR1DgVcP/KgYB/M6PqKoJh1
            109dTy77ypYNttQysyajM00lgyThtMmZMajQ19yM96MCQQDMQ53hRsy9OXI+joIY
            PvJ1JZY7+yqSEzgrfAfCMmgR2+GMT9K9mEY1aHKW4/f1o5uHwjIbJpNSLq9YAkJx
            MKCZAkEA1yBU/qxiM3LaA+uXEfdvAtfsJUrT2Y8Own82oImkwbQrnIWmTaZgb95o
            Nnjd8SduNni9+1A+E0UhyAmzHODLBQJALeXLpgEIpEQyPYg8B0KtrFEDzvqC+EvF
            RVAbVjGJXOnxZlvRWLTModeUV/9lihZ3Liweoicq1z6SO85WK6TnkQJBANO87TwO
            MIgb06RT6S6lvKdfIKNX42u9iHIaWz6WgjRo+e3ytVwfCGqxd9awcInAqPLmsaab
            5dBgnEwPtcytJxM=
            -----END PRIVATE KEY-----
            """;

    private static final String ENCRYPTED =
            """
            -----BEGIN ENCRYPTED PRIVATE KEY-----
            MIIBHDBXBgkqhkiG9w0BBQ0wSjApBgkqhkiG9w0BBQwwHAQI4aYp1bE3YXACAggA
            MAwGCCqGSIb3DQIJBQAwHQYJYIZIAWUDBAEqBBCsvPlTRMib5w6NfwCgY7SVBIHA
            MevKkd3+UP9i1GMX8pFAClI3k/pk382EaB/jl0U4GDtav4rqxDSYNie+lX4dWVSu
            rzMbgT4FYeHad3nWpfOYYYZ4cnGJFn3hMkL43Lbnm9PW+qoTDi99cnL4cglfJiBb
            xvp230p2OnBwBHNTwYaozktYmT1N0qhSVxw7ehb9LY2ZaVuGJzdpuCW/XqFdTJLI
            S2aYOn+GSivjfTCxT7c5sX5CoNEPT213n0J713PZ6ZtGKnCLWDkOwWGNaEztt3Ir
            -----END ENCRYPTED PRIVATE KEY-----
            """;

    static List<SevFixture> captures() {
        return SevFixtures.all();
    }

    @ParameterizedTest
    @CsvSource({
        "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20"
                + "2122232425262728292a2b2c2d2e2f30, "
                + "c76f2283dda95cd49b0ed9e733d2904474e37216f124e13d2c9ab4cf01021c49"
                + "ad9cabb3d0b97499aef2f0ab313fa028, "
                + "26bc1f83451b5c8962a75caff73588d4400a6296436154fb343c393e91048a6c"
                + "7bcbadc83cd8a5f26feae883156f92a1",
        "303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f"
                + "505152535455565758595a5b5c5d5e5f, "
                + "9eb7bce9a631c2ec19d0ec9ae7eb3a2c8126c06003681a219387cc7edf84b6e2"
                + "26e34c3c6de63ee47593589da2579baa, "
                + "ff3520e8bad0e712822e4dc45e953e5df14046b76c50f68058cad9cb348d1374"
                + "bcf76d4353433fc47484bcdc6538c2dd"
    })
    void hasItsPublicKey(String scalar, String x, String y) throws SevException {
        try (P384PrivateKey key = P384PrivateKey.of(HexFormat.of().parseHex(scalar))) {
            assertEquals(
                    new CertificateKey.Ecc(2, new BigInteger(x, 16), new BigInteger(y, 16)),
                    key.publicKey());
        }
    }

    @ParameterizedTest
    @MethodSource("captures")
    void belongsToItsCertificate(SevFixture capture) throws SevException {
        SevCertificate pdh = SevCertificate.parse(capture.destination().certificate("pdh"));
        try (P384PrivateKey own = P384PrivateKey.of(capture.destination().pdhPrivateKey());
                P384PrivateKey other = P384PrivateKey.of(capture.source().pdhPrivateKey())) {
            assertTrue(own.belongsTo(pdh));
            assertFalse(other.belongsTo(pdh));
        }
    }

    @Test
    void isANumberOfTheCurve() throws SevException {
        byte[] order = new byte[48];
        LittleEndian.put(order, 0, 48, P384Curve.ORDER);
        byte[] big = LittleEndian.reversed(order, 0, 48);
        byte[] most = big.clone();
        most[47]--;
        P384PrivateKey.of(most).close();
        byte[] all = new byte[48];
        Arrays.fill(all, (byte) 0xff);
        for (byte[] refused : new byte[][] {new byte[48], big, all, new byte[47], new byte[49]}) {
            SevException e = assertThrows(SevException.class, () -> P384PrivateKey.of(refused));
            assertEquals(FirmwareStatus.INVALID_PARAM, e.status());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void survivesAPemFile(boolean pkcs8) throws SevException {
        for (int i = 0; i < 20; i++) {
            try (P384PrivateKey key = P384PrivateKey.random(RANDOM);
                    P384PrivateKey read =
                            P384PrivateKey.ofPem(pkcs8 ? key.pkcs8Pem() : key.sec1Pem())) {
                assertArrayEquals(key.bytes(), read.bytes());
            }
        }
    }

    @Test
    void readsAndWritesWhatOpensslDoes() throws SevException {
        for (String pem : List.of(WITH_PARAMETERS, PKCS8)) {
            try (P384PrivateKey key = P384PrivateKey.ofPem(ascii(pem))) {
                assertEquals(OPENSSL_SCALAR, HexFormat.of().formatHex(key.bytes()));
                assertEquals(PKCS8, new String(key.pkcs8Pem(), StandardCharsets.US_ASCII));
                assertTrue(
                        WITH_PARAMETERS.endsWith(
                                new String(key.sec1Pem(), StandardCharsets.US_ASCII)));
            }
        }
    }

    @Test
    void aPemFileOfSomethingElseIsRefused() {
        String truncated = PKCS8.substring(0, 120);
        String damaged = PKCS8.replace("MIG2", "MIG3");
        for (String pem :
                List.of(
                        "",
                        "no PEM at all",
                        P256,
                        RSA,
                        ENCRYPTED,
                        truncated,
                        damaged,
                        "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
                        "-----BEGIN EC PRIVATE KEY-----\n!!!!\n-----END EC PRIVATE KEY-----\n")) {
            SevException refused =
                    assertThrows(SevException.class, () -> P384PrivateKey.ofPem(ascii(pem)), pem);
            assertEquals(FirmwareStatus.INVALID_PARAM, refused.status());
        }
    }

    @Test
    void signsWhatItsCertificateVerifies() throws SevException {
        byte[] message = new byte[1044];
        for (int i = 0; i < 20; i++) {
            RANDOM.nextBytes(message);
            try (P384PrivateKey key = P384PrivateKey.random(RANDOM)) {
                byte[] value = key.sign(message, RANDOM);
                assertEquals(144, value.length);
                assertTrue(EcdsaVerifier.verify(key.publicKey(), "SHA-256", message, value));
                message[i] ^= 1;
                assertFalse(EcdsaVerifier.verify(key.publicKey(), "SHA-256", message, value));
            }
        }
    }

    @Test
    void isGoneWhenClosed() throws SevException {
        P384PrivateKey key = P384PrivateKey.random(RANDOM);
        P384PrivateKey copy = key.copy();
        CertificateKey.Ecc point = key.publicKey();
        key.close();
        key.close();
        for (org.junit.jupiter.api.function.Executable use :
                List.<org.junit.jupiter.api.function.Executable>of(
                        key::bytes,
                        key::publicKey,
                        key::copy,
                        key::pkcs8Pem,
                        key::sec1Pem,
                        () -> key.sign(new byte[1], RANDOM),
                        () -> key.agree(point))) {
            assertThrows(IllegalStateException.class, use);
        }
        assertEquals("P-384 private key (closed)", key.toString());
        assertEquals(point, copy.publicKey());
        copy.close();
    }

    @Test
    void closingZeroesTheNumber() throws Exception {
        P384PrivateKey key = P384PrivateKey.random(RANDOM);
        var field = P384PrivateKey.class.getDeclaredField("scalar");
        field.setAccessible(true);
        key.close();
        assertArrayEquals(new byte[48], (byte[]) field.get(key));
    }

    @Test
    void isNeverPrinted() {
        try (P384PrivateKey key = P384PrivateKey.random(RANDOM)) {
            assertEquals("P-384 private key", key.toString());
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
