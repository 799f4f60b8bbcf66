package dev.ferry.tools.sev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ferry.testdata.SevFixture;
import dev.ferry.testdata.SevFixtures;
import dev.ferry.tools.Ferry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SessionTest {

    @TempDir Path directory;

    static List<SevFixture> captures() {
        return SevFixtures.all();
    }

    @ParameterizedTest
    @MethodSource("captures")
    void opensWithTheDestinationsKey(SevFixture capture) throws IOException {
        Ferry.Result result = open(capture, capture.session("session_blob"));
        assertEquals(0, result.code(), result::toString);
        assertEquals("the session opens\n", result.out());
        assertEquals("", result.err());
    }

    @ParameterizedTest
    @MethodSource("captures")
    void keysAreShownOnlyWhenAskedFor(SevFixture capture) throws IOException {
        String tek = HexFormat.of().formatHex(capture.session("tek"));
        String tik = HexFormat.of().formatHex(capture.session("tik"));
        byte[] session = capture.session("session_blob");
        for (Ferry.Result silent :
                List.of(open(capture, session), open(capture, session, "--json"))) {
            assertFalse(silent.toString().contains(tek.substring(0, 8)), silent::toString);
            assertFalse(silent.toString().contains(tik.substring(0, 8)), silent::toString);
        }
        assertEquals(
                "TEK  " + tek + "\nTIK  " + tik + "\n",
                open(capture, session, "--show-keys").out());
        JsonNode json = SevFiles.json(open(capture, session, "--show-keys", "--json"));
        assertTrue(json.required("opens").booleanValue());
        assertEquals(tek, json.required("tek").textValue());
        assertEquals(tik, json.required("tik").textValue());
    }

    @Test
    void keysGoToAFileThatOnlyItsOwnerReads() throws IOException {
        SevFixture capture = SevFixtures.all().getFirst();
        Path file = directory.resolve("keys");
        Ferry.Result result =
                open(
                        capture,
                        capture.session("session_blob"),
                        "--show-keys",
                        "-o",
                        file.toString());
        assertEquals(0, result.code(), result::toString);
        assertEquals("", result.out());
        assertEquals("", result.err());
        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertTrue(
                Files.readString(file).contains(HexFormat.of().formatHex(capture.session("tik"))));
    }

    /** The file is replaced, so that nobody keeps the rights that an old one gave. */
    @Test
    void anOldFilesRightsDoNotStay() throws IOException {
        SevFixture capture = SevFixtures.all().getFirst();
        Path file = Files.writeString(directory.resolve("keys"), "old");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        open(capture, capture.session("session_blob"), "--show-keys", "-o", file.toString());
        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }

    @Test
    void aSessionThatDoesNotOpenIsAFinding() throws IOException {
        SevFixture capture = SevFixtures.all().getFirst();
        byte[] damaged = capture.session("session_blob");
        damaged[20] ^= 1;
        Path file = directory.resolve("keys");
        Ferry.Result result = open(capture, damaged, "--show-keys", "-o", file.toString());
        assertEquals(1, result.code(), result::toString);
        assertEquals(
                "BAD_MEASUREMENT (0xb): session: the wrap MAC is wrong: not made for this key by"
                        + " this peer, or altered\n",
                result.out());
        assertFalse(Files.exists(file));
        JsonNode json = SevFiles.json(open(capture, damaged, "--json"));
        assertFalse(json.required("opens").booleanValue());
        assertEquals("BAD_MEASUREMENT", json.required("status").textValue());
        assertEquals(11, json.required("statusCode").intValue());
        assertTrue(json.required("reason").textValue().contains("wrap MAC"));
        assertFalse(json.has("tek"));
    }

    @Test
    void showTellsTheFields() throws IOException {
        byte[] session = SevFixtures.all().getFirst().session("session_blob");
        String binary = SevFiles.write(directory, "session", session);
        String base64 =
                SevFiles.write(directory, "session.b64", Base64.getEncoder().encode(session));
        Ferry.Result result = Ferry.run("sev", "session", "show", binary);
        assertEquals(0, result.code(), result::toString);
        assertEquals(
                List.of(
                        "nonce         " + hex(session, 0, 16),
                        "wrapped keys  " + hex(session, 16, 48),
                        "wrap IV       " + hex(session, 48, 64),
                        "wrap MAC      " + hex(session, 64, 96),
                        "policy MAC    " + hex(session, 96, 128)),
                result.out().lines().toList());
        assertEquals(result.out(), Ferry.run("sev", "session", "show", base64).out());
        JsonNode json = SevFiles.json(Ferry.run("sev", "session", "show", "--json", base64));
        assertEquals(1, json.required("schema").intValue());
        assertEquals(hex(session, 16, 48), json.required("wrappedKeys").textValue());
        assertEquals(hex(session, 96, 128), json.required("policyMac").textValue());
    }

    @Test
    void aFileOfAnotherLengthIsMalformed() throws IOException {
        String file = SevFiles.write(directory, "short", new byte[127]);
        Ferry.Result result = Ferry.run("sev", "session", "show", file);
        assertEquals(3, result.code(), result::toString);
        assertEquals(
                "ferry: session: expected 128 bytes, found 127 (" + file + " at 0x0)\n",
                result.err());
    }

    @Test
    void aKeyFileThatIsNoneIsSaidWithoutItsContent() throws IOException {
        SevFixture capture = SevFixtures.all().getFirst();
        String session = SevFiles.write(directory, "session", capture.session("session_blob"));
        String pdh = SevFiles.write(directory, "pdh", capture.session("source_pdh"));
        String key =
                SevFiles.write(
                        directory,
                        "key.txt",
                        "topsecret".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        Ferry.Result result =
                Ferry.run(
                        "sev",
                        "session",
                        "open",
                        "--sev-key",
                        key,
                        "--pdh",
                        pdh,
                        "--policy",
                        "1",
                        session);
        assertEquals(3, result.code(), result::toString);
        assertFalse(result.err().contains("topsecret"), result::err);
        assertTrue(result.err().contains(key), result::err);
    }

    private Ferry.Result open(SevFixture capture, byte[] session, String... more)
            throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "sev",
                                "session",
                                "open",
                                "--sev-key",
                                SevFiles.key(directory, capture.destination()),
                                "--pdh",
                                SevFiles.write(directory, "pdh", capture.session("source_pdh")),
                                "--policy",
                                "0x" + Integer.toHexString(capture.policy()),
                                SevFiles.write(directory, "session", session)));
        command.addAll(List.of(more));
        return Ferry.run(command);
    }

    private static String hex(byte[] bytes, int from, int to) {
        return HexFormat.of().formatHex(Arrays.copyOfRange(bytes, from, to));
    }
}
