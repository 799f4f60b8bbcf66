package dev.ferry.tools.sev.platform;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ferry.sev.SevException;
import dev.ferry.sev.cert.AmdChain;
import dev.ferry.sev.cert.CertificateIssuer;
import dev.ferry.sev.cert.CertificateUsage;
import dev.ferry.sev.cert.P384PrivateKey;
import dev.ferry.sev.cert.PlatformChain;
import dev.ferry.sev.cert.SevCertificate;
import dev.ferry.sev.firmware.InitParameters;
import dev.ferry.sev.firmware.PlatformFile;
import dev.ferry.sev.firmware.SecureProcessor;
import dev.ferry.sev.policy.GuestPolicy;
import dev.ferry.sev.session.SessionBlob;
import dev.ferry.sev.session.TransportKeys;
import dev.ferry.tools.Ferry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlatformVerbsTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir Path directory;
    private String file = "";

    @BeforeEach
    void create() {
        file = directory.resolve("a.json").toString();
        Ferry.Result result = Ferry.run("sev", "platform", "create", file, "--root-bits", "2048");
        assertEquals(0, result.code(), result::toString);
        assertEquals("", result.toString().replace("exit code 0\n", ""));
    }

    private JsonNode show(String which) throws IOException {
        Ferry.Result result = Ferry.run("sev", "platform", "show", "--json", which);
        assertEquals(0, result.code(), result::toString);
        return MAPPER.readTree(result.bytes());
    }

    @Test
    void createdPlatformIsForItsOwnerAlone() throws IOException, SevException {
        Path path = Path.of(file);
        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
        PlatformFile platform = PlatformFile.read(path);
        assertEquals("1.55 build 3", platform.version().toString());
        assertEquals(2048, platform.amdChain().ark().key().modulusBits());
    }

    @Test
    void platformsOfOneRootTakeEachOtherForGenuine() throws Exception {
        String other = directory.resolve("b.json").toString();
        Ferry.Result result =
                Ferry.run(
                        "sev",
                        "platform",
                        "create",
                        other,
                        "--root",
                        file,
                        "--api",
                        "1.51",
                        "--build",
                        "7");
        assertEquals(0, result.code(), result::toString);
        JsonNode a = show(file);
        JsonNode b = show(other);
        assertEquals("1.51", b.required("api").asText());
        assertEquals(7, b.required("build").intValue());
        assertEquals(a.required("arkSha384"), b.required("arkSha384"));
        assertEquals(a.required("sevAmdCert"), b.required("sevAmdCert"));
        assertNotEquals(a.required("sevPdh"), b.required("sevPdh"));
    }

    @Test
    void keysAreNotOverwritten() throws IOException {
        byte[] before = Files.readAllBytes(Path.of(file));
        Ferry.Result result = Ferry.run("sev", "platform", "create", file, "--root-bits", "2048");
        assertEquals(2, result.code(), result::toString);
        assertTrue(result.err().contains("is there already"), result::toString);
        assertArrayEquals(before, Files.readAllBytes(Path.of(file)));
    }

    @Test
    void wrongOptionsAreTold() {
        String other = directory.resolve("c.json").toString();
        String[][] wrong = {
            {"--api", "1"},
            {"--api", "1.256"},
            {"--api", "x.y"},
            {"--build", "-1"},
            {"--root-bits", "1024"},
            {"--root-bits", "2048", "--root", file},
        };
        for (String[] options : wrong) {
            String[] all = new String[4 + options.length];
            System.arraycopy(new String[] {"sev", "platform", "create", other}, 0, all, 0, 4);
            System.arraycopy(options, 0, all, 4, options.length);
            Ferry.Result result = Ferry.run(all);
            assertEquals(2, result.code(), result::toString);
            assertFalse(Files.exists(Path.of(other)));
        }
    }

    @Test
    void showTellsNoSecret() throws IOException {
        JsonNode secret = MAPPER.readTree(Path.of(file).toFile());
        Ferry.Result text = Ferry.run("sev", "platform", "show", file);
        assertEquals(0, text.code(), text::toString);
        assertTrue(text.out().contains("API 1.55, build 3"), text::toString);
        assertTrue(text.out().contains("itself"), text::toString);
        Ferry.Result json = Ferry.run("sev", "platform", "show", "--json", file);
        for (String name : new String[] {"pdh", "pek", "oca", "cek", "ask", "ark"}) {
            String line = secret.required(name).required("private_key").asText().split("\n", -1)[2];
            assertFalse(text.out().contains(line));
            assertFalse(json.out().contains(line));
        }
        assertFalse(json.out().contains("PRIVATE"));
    }

    @Test
    void exportIsWhatASenderWants() throws Exception {
        Path pdh = directory.resolve("pdh");
        Path chain = directory.resolve("chain");
        Path amd = directory.resolve("amd");
        Ferry.Result result =
                Ferry.run(
                        "sev",
                        "platform",
                        "export",
                        file,
                        "--pdh",
                        pdh.toString(),
                        "--chain",
                        chain.toString(),
                        "--amd",
                        amd.toString());
        assertEquals(0, result.code(), result::toString);
        PlatformFile platform = PlatformFile.read(Path.of(file));
        assertEquals(platform.pdh(), SevCertificate.parse(Files.readAllBytes(pdh)));
        assertEquals(platform.chain(), PlatformChain.parse(Files.readAllBytes(chain)));
        assertEquals(platform.amdChain(), AmdChain.parse(Files.readAllBytes(amd)));

        Ferry.Result verified =
                Ferry.run(
                        "sev",
                        "certs",
                        "verify",
                        "--ark-sha384",
                        show(file).required("arkSha384").asText(),
                        pdh.toString(),
                        chain.toString(),
                        amd.toString());
        assertEquals(0, verified.code(), verified::toString);
    }

    @Test
    void base64IsWhatQmpTakes() throws Exception {
        Ferry.Result result =
                Ferry.run("sev", "platform", "export", file, "--base64", "--pdh", "-");
        assertEquals(0, result.code(), result::toString);
        assertEquals(show(file).required("sevPdh").asText() + "\n", result.out());
        assertArrayEquals(
                PlatformFile.read(Path.of(file)).pdh().bytes(),
                Base64.getDecoder().decode(result.out().strip()));
    }

    @Test
    void exportOfNothingOrTwiceToOnePlaceIsWrong() {
        assertEquals(2, Ferry.run("sev", "platform", "export", file).code());
        String out = directory.resolve("out").toString();
        assertEquals(
                2, Ferry.run("sev", "platform", "export", file, "--pdh", out, "--amd", out).code());
        assertEquals(2, Ferry.run("sev", "platform", "export", file, "--pdh", file).code());
    }

    @Test
    void resetPlatformIsShownAndNotExported() throws Exception {
        try (SecureProcessor firmware = SecureProcessor.load(Path.of(file), new SecureRandom())) {
            firmware.factoryReset();
        }
        assertTrue(show(file).required("sevPdh").isNull());
        Ferry.Result text = Ferry.run("sev", "platform", "show", file);
        assertTrue(text.out().contains("FACTORY_RESET"), text::toString);
        Ferry.Result export =
                Ferry.run("sev", "platform", "export", file, "--pdh", "-", "--base64");
        assertNotEquals(0, export.code());
        assertEquals("", export.out());
        try (SecureProcessor firmware = SecureProcessor.load(Path.of(file), new SecureRandom())) {
            firmware.init(InitParameters.SEV);
        }
        assertFalse(show(file).required("sevPdh").isNull());
    }

    @Test
    void brokenFileIsToldByItsFault() throws IOException {
        Path broken = Files.writeString(directory.resolve("broken.json"), "{\"format\":1}");
        for (String verb : new String[] {"show", "export"}) {
            Ferry.Result result =
                    Ferry.run("sev", "platform", verb, broken.toString(), "--pdh", "-");
            if (verb.equals("show")) {
                result = Ferry.run("sev", "platform", verb, broken.toString());
            }
            assertEquals(3, result.code(), result::toString);
            assertTrue(result.err().contains("platform file: 'format'"), result::toString);
        }
        assertEquals(5, Ferry.run("sev", "platform", "show", directory.toString()).code());
        assertEquals(
                5, Ferry.run("sev", "platform", "show", directory.resolve("x").toString()).code());
    }

    @Test
    void platformFileIsASevKey() throws Exception {
        SecureRandom random = new SecureRandom();
        Path session = directory.resolve("session");
        Path pdh = directory.resolve("pdh");
        try (P384PrivateKey peer = P384PrivateKey.random(random);
                TransportKeys keys = TransportKeys.random(random)) {
            Files.write(
                    session,
                    SessionBlob.create(
                                    peer,
                                    PlatformFile.read(Path.of(file)).pdh(),
                                    new GuestPolicy(1),
                                    keys,
                                    random)
                            .bytes());
            Files.write(
                    pdh,
                    new CertificateIssuer(1, 55, random)
                            .unsigned(CertificateUsage.PDH, peer.publicKey())
                            .bytes());
        }
        Ferry.Result result =
                Ferry.run(
                        "sev",
                        "session",
                        "open",
                        "--sev-key",
                        file,
                        "--pdh",
                        pdh.toString(),
                        "--policy",
                        "1",
                        session.toString());
        assertEquals(0, result.code(), result::toString);
        Files.writeString(Path.of(file), "{}", StandardCharsets.US_ASCII);
        Ferry.Result broken =
                Ferry.run(
                        "sev",
                        "session",
                        "open",
                        "--sev-key",
                        file,
                        "--pdh",
                        pdh.toString(),
                        "--policy",
                        "1",
                        session.toString());
        assertEquals(3, broken.code(), broken::toString);
    }
}
