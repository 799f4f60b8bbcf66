package dev.ferry.tools.sev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ferry.testdata.SevFixture;
import dev.ferry.testdata.SevFixtures;
import dev.ferry.testdata.SevPlatformTruth;
import dev.ferry.tools.Ferry;
import dev.ferry.tools.cli.Terminal;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class CertsTest {

    @TempDir Path directory;

    static List<String> generations() {
        return SevFixtures.GENERATIONS;
    }

    @ParameterizedTest
    @CsvSource({"naples, Naples", "rome, Rome"})
    void aWholeChainIsVerified(String generation, String root) throws IOException {
        Ferry.Result result =
                Ferry.run(
                        "sev",
                        "certs",
                        "verify",
                        real(generation, "pek"),
                        real(generation, "ark"),
                        real(generation, "pdh"),
                        real(generation, "cek"),
                        real(generation, "ask"),
                        real(generation, "oca"));
        assertEquals(0, result.code(), result::toString);
        assertEquals(
                List.of(
                        "ARK by itself  valid",
                        "ASK by ARK     valid",
                        "CEK by ASK     valid",
                        "OCA by itself  valid",
                        "PEK by CEK     valid",
                        "PEK by OCA     valid",
                        "PDH by PEK     valid",
                        "certificate chain is valid, root of " + root),
                result.out().lines().toList());
        assertEquals("", result.err());
    }

    @ParameterizedTest
    @MethodSource("generations")
    void amdsOwnCertificatesAreVerifiedAlone(String generation) throws IOException {
        Ferry.Result result =
                Ferry.run(
                        "sev",
                        "certs",
                        "verify",
                        "--json",
                        real(generation, "ask"),
                        real(generation, "ark"));
        assertEquals(0, result.code(), result::toString);
        JsonNode json = SevFiles.json(result);
        assertEquals(1, json.required("schema").intValue());
        assertTrue(json.required("valid").booleanValue());
        assertEquals(false, json.required("complete").booleanValue());
        assertEquals(
                generation, json.required("root").textValue().toLowerCase(java.util.Locale.ROOT));
        assertEquals(2, json.required("links").size());
        assertEquals("[\"CEK\",\"OCA\",\"PEK\",\"PDH\"]", json.required("missing").toString());
        assertTrue(json.required("failure").isNull());
    }

    @Test
    void aLinkThatFailsIsNamed() throws IOException {
        String[] files = {real("rome", "ask"), real("rome", "ark"), real("naples", "cek")};
        Ferry.Result result = Ferry.run("sev", "certs", "verify", files[0], files[1], files[2]);
        assertEquals(1, result.code(), result::toString);
        assertTrue(
                result.out()
                        .contains(
                                "certificate chain fails at CEK by ASK: INVALID_CERTIFICATE (0x6):"
                                        + " no signature by ASK, RSA_SHA384"),
                result::out);
        JsonNode json =
                SevFiles.json(
                        Ferry.run(
                                "sev", "certs", "verify", "--json", files[0], files[1], files[2]));
        assertEquals(false, json.required("valid").booleanValue());
        JsonNode failure = json.required("failure");
        assertEquals("CEK", failure.required("subject").textValue());
        assertEquals("ASK", failure.required("signer").textValue());
        assertEquals("INVALID_CERTIFICATE", failure.required("status").textValue());
        assertEquals(6, failure.required("statusCode").intValue());
        assertEquals(failure, json.required("links").get(2));
    }

    /** What is right may still be nobody's. */
    @Test
    void aChainThatDoesNotReachTheRootIsNotFine() throws IOException {
        Ferry.Result result =
                Ferry.run(
                        "sev",
                        "certs",
                        "verify",
                        real("rome", "pdh"),
                        real("rome", "pek"),
                        real("rome", "cek"));
        assertEquals(4, result.code(), result::toString);
        assertTrue(
                result.out().endsWith("not verified up to AMD's root: no ARK, ASK\n"), result::out);
    }

    @Test
    void aPlatformsOwnRootIsTrustedWhenNamed() throws IOException {
        SevPlatformTruth platform = SevFixtures.all().getFirst().destination();
        String chain = SevFiles.write(directory, "chain", platform.platformChain());
        String amd = SevFiles.write(directory, "amd", platform.amdChain());
        String pdh = SevFiles.write(directory, "pdh", platform.certificate("pdh"));
        Ferry.Result result = Ferry.run("sev", "certs", "verify", chain, amd, pdh);
        assertEquals(1, result.code(), result::toString);
        assertTrue(
                result.out().contains("fails at ARK by itself: INVALID_CERTIFICATE"), result::out);
        String digest = HexFormat.of().formatHex(platform.arkSha384());
        for (String given : List.of(digest, digest.toUpperCase(java.util.Locale.ROOT))) {
            Ferry.Result trusted =
                    Ferry.run("sev", "certs", "verify", chain, amd, pdh, "--ark-sha384", given);
            assertEquals(0, trusted.code(), trusted::toString);
            assertTrue(trusted.out().endsWith("certificate chain is valid\n"), trusted::out);
        }
    }

    /** QEMU takes and gives base64, inspect prints hex. */
    @Test
    void filesMayBeText() throws IOException {
        for (SevFixture capture : SevFixtures.all().subList(0, 2)) {
            byte[] chain = capture.source().platformChain();
            for (byte[] text :
                    List.of(
                            Base64.getEncoder().encode(chain),
                            Base64.getMimeEncoder().encode(chain),
                            (HexFormat.of().formatHex(chain) + "\n")
                                    .getBytes(StandardCharsets.US_ASCII))) {
                assertEquals(
                        Ferry.run(
                                        new ByteArrayInputStream(chain),
                                        Terminal.NONE,
                                        "sev",
                                        "certs",
                                        "show",
                                        "-")
                                .out(),
                        Ferry.run(
                                        new ByteArrayInputStream(text),
                                        Terminal.NONE,
                                        "sev",
                                        "certs",
                                        "show",
                                        "-")
                                .out());
            }
        }
    }

    @Test
    void showTellsWhatACertificateSays() throws IOException {
        String pek = real("rome", "pek");
        Ferry.Result result = Ferry.run("sev", "certs", "show", pek, real("rome", "ark"));
        assertEquals(0, result.code(), result::toString);
        assertEquals(
                """
                PEK  %s at 0x0
                  purpose       platform endorsement key
                  version       1
                  firmware API  0.22
                  algorithm     ECDSA_SHA256
                  key           P-384
                  signature 1   OCA, ECDSA_SHA256
                  signature 2   CEK, ECDSA_SHA256

                ARK  %s at 0x0
                  purpose    AMD root key
                  version    1
                  key id     e6002122fb58419399d15fee7b131351
                  key        RSA, 4096 bits, exponent 65537
                  signed by  itself
                  root       Rome
                  SHA-384    3d2c1157c29ef7bd4207fc0c8b08db080e579ceba267f8c93bec8dce73f5a5e2e60d959ac37ea82176c1a0c61ae203ed
                """
                        .formatted(pek, real("rome", "ark")),
                result.out());
    }

    @Test
    void showsAllThereIsAsJson() throws IOException {
        SevPlatformTruth platform = SevFixtures.all().getFirst().source();
        String chain = SevFiles.write(directory, "chain", platform.platformChain());
        String ask = real("rome", "ask");
        JsonNode json = SevFiles.json(Ferry.run("sev", "certs", "show", "--json", chain, ask));
        assertEquals(1, json.required("schema").intValue());
        JsonNode all = json.required("certificates");
        assertEquals(4, all.size());
        assertEquals(2084, all.get(1).required("offset").intValue());
        assertEquals("OCA", all.get(1).required("usage").textValue());
        assertEquals("0x1004", all.get(2).required("usageCode").textValue());
        assertEquals("1.51", all.get(0).required("api").textValue());
        assertEquals("ecc", all.get(0).required("key").required("type").textValue());
        assertEquals(96, all.get(0).required("key").required("x").textValue().length(), 2);
        assertEquals(
                1024,
                all.get(0).required("signatures").get(0).required("value").textValue().length());
        assertEquals("ASK", all.get(3).required("usage").textValue());
        assertEquals("10001", all.get(3).required("key").required("exponent").textValue());
        assertTrue(all.get(3).required("root").isNull());
    }

    @Test
    void aFileThatIsNoneTellsWhere() throws IOException {
        byte[] pek = SevFixtures.certificate("rome", "pek.cert");
        byte[] two = Arrays.copyOf(pek, pek.length + 100);
        String file = SevFiles.write(directory, "odd", two);
        for (String verb : List.of("show", "verify")) {
            Ferry.Result result = Ferry.run("sev", "certs", verb, file);
            assertEquals(3, result.code(), result::toString);
            assertEquals(
                    "ferry: certificate: expected version 1 and the usage of a SEV or AMD"
                            + " certificate, found neither ("
                            + file
                            + " at 0x824)\n",
                    result.err());
            assertEquals("", result.out());
        }
        Ferry.Result missing =
                Ferry.run("sev", "certs", "show", directory.resolve("no").toString());
        assertEquals(5, missing.code());
    }

    @Test
    void certificatesOfTwoPlatformsDoNotGoTogether() throws IOException {
        Ferry.Result result =
                Ferry.run("sev", "certs", "verify", real("rome", "ark"), real("naples", "ark"));
        assertEquals(2, result.code(), result::toString);
        assertTrue(
                result.err().startsWith("ferry: certificates: expected one ARK, found two"),
                result::err);
    }

    private String real(String generation, String name) throws IOException {
        return SevFiles.real(directory, generation, name);
    }
}
