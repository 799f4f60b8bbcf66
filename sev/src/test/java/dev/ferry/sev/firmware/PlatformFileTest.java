package dev.ferry.sev.firmware;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.cert.P384PrivateKey;
import dev.ferry.sev.cert.SevCertificate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Platforms that outlive their process. */
final class PlatformFileTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir private Path directory = Path.of("");
    private Path file = Path.of("");

    @BeforeEach
    void write() throws IOException {
        file = directory.resolve("platform.json");
        Platforms.A.write(file);
    }

    private SecureProcessor load() throws IOException, SevException {
        SecureProcessor firmware = SecureProcessor.load(file, Platforms.RANDOM);
        firmware.init(InitParameters.SEV);
        return firmware;
    }

    private static PdhExport export(SecureProcessor firmware) throws SevException {
        return firmware.pdhCertExport(2084, 6252);
    }

    @Test
    void whatIsReadIsWhatWasWritten() throws Exception {
        PlatformFile read = PlatformFile.read(file);
        assertEquals(Platforms.A.pdh(), read.pdh());
        assertEquals(Platforms.A.chain(), read.chain());
        assertEquals(Platforms.A.amdChain(), read.amdChain());
        assertEquals(Platforms.A.version(), read.version());
        assertEquals(Platforms.A.asids(), read.asids());
        try (P384PrivateKey written = Platforms.A.pdhKey();
                P384PrivateKey again = read.pdhKey()) {
            assertArrayEquals(written.bytes(), again.bytes());
        }
        Path second = directory.resolve("second.json");
        read.write(second);
        assertArrayEquals(Files.readAllBytes(file), Files.readAllBytes(second));
    }

    @Test
    void onlyTheOwnerMayReadIt() throws IOException {
        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        Platforms.B.write(file);
        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }

    @Test
    void nothingIsLeftOfAFileThatCannotBeWritten() throws IOException {
        Path taken = Files.createDirectory(directory.resolve("taken"));
        Files.createFile(taken.resolve("something"));
        assertThrows(IOException.class, () -> Platforms.A.write(taken));
        assertThrows(
                IOException.class, () -> Platforms.A.write(directory.resolve("none/platform")));
        try (Stream<Path> left = Files.list(directory)) {
            assertEquals(List.of(file, taken), left.sorted().toList());
        }
    }

    @Test
    void platformHasTheSameKeysAfterAReload() throws Exception {
        PdhExport before;
        try (SecureProcessor firmware = load()) {
            before = export(firmware);
        }
        try (SecureProcessor firmware = load()) {
            assertEquals(before, export(firmware));
            assertEquals(Platforms.A.pdh(), before.pdh());
        }
    }

    @Test
    void pdhGenReplacesThePdhAlone() throws Exception {
        PdhExport after;
        try (SecureProcessor firmware = load()) {
            firmware.pdhGen();
            after = export(firmware);
            assertNotEquals(Platforms.A.pdh(), after.pdh());
            assertEquals(Platforms.A.chain().pek(), after.chain().pek());
        }
        try (SecureProcessor firmware = load()) {
            assertEquals(after, export(firmware));
        }
    }

    @Test
    void pekGenReplacesTheOwnersKeysToo() throws Exception {
        PdhExport after;
        try (SecureProcessor firmware = load()) {
            firmware.pekGen();
            after = export(firmware);
            assertNotEquals(Platforms.A.chain().pek(), after.chain().pek());
            assertNotEquals(Platforms.A.chain().oca(), after.chain().oca());
            assertEquals(Platforms.A.chain().cek(), firmware.endorsedChain().cek());
        }
        try (SecureProcessor firmware = load()) {
            assertEquals(after, export(firmware));
        }
    }

    @Test
    void factoryResetForgetsAllButTheChipsKey() throws Exception {
        try (SecureProcessor firmware = SecureProcessor.load(file, Platforms.RANDOM)) {
            firmware.factoryReset();
        }
        PlatformFile reset = PlatformFile.read(file);
        assertFalse(reset.hasKeys());
        assertEquals(
                FirmwareStatus.INVALID_PLATFORM_STATE,
                assertThrows(SevException.class, reset::pdh).status());
        assertFalse(Files.readString(file).contains("\"pdh\""));

        PdhExport after;
        byte[] id;
        try (SecureProcessor firmware = load()) {
            after = export(firmware);
            id = firmware.getId(64);
            assertNotEquals(Platforms.A.pdh(), after.pdh());
            assertNotEquals(Platforms.A.chain().oca(), after.chain().oca());
            assertEquals(Platforms.A.chain().cek(), firmware.endorsedChain().cek());
            assertEquals(Platforms.A.amdChain(), firmware.amdChain());
        }
        try (SecureProcessor firmware = load();
                SecureProcessor before = SecureProcessor.of(Platforms.A, Platforms.RANDOM);
                SecureProcessor other = SecureProcessor.of(Platforms.B, Platforms.RANDOM)) {
            assertEquals(after, export(firmware));
            assertArrayEquals(before.getId(64), id);
            assertFalse(Arrays.equals(other.getId(64), id));
        }
    }

    @Test
    void platformWhoseFileCannotBeWrittenKeepsItsKeys() throws Exception {
        Path lost = Files.createDirectory(directory.resolve("lost"));
        Path there = lost.resolve("platform.json");
        Platforms.A.write(there);
        try (SecureProcessor firmware = SecureProcessor.load(there, Platforms.RANDOM)) {
            firmware.init(InitParameters.SEV);
            Files.delete(there);
            Files.delete(lost);
            SevException told = assertThrows(SevException.class, firmware::pdhGen);
            assertEquals(FirmwareStatus.HWERROR_PLATFORM, told.status());
            assertEquals(Platforms.A.pdh(), export(firmware).pdh());
        }
    }

    @Test
    void ownersPlatformStaysTheOwners() throws Exception {
        Owners.ONE.takes(Platforms.A).write(file);
        try (SecureProcessor firmware = load()) {
            assertTrue(firmware.platformStatus().ownedExternally());
            assertEquals(Owners.ONE.certificate, export(firmware).chain().oca());
            firmware.pekGen();
            assertFalse(firmware.platformStatus().ownedExternally());
        }
        assertFalse(PlatformFile.read(file).ownedExternally());
    }

    @Test
    void furtherPlatformsAreMadeFromTheFileOfAnother() throws Exception {
        PlatformFile other =
                PlatformFile.create(
                        PlatformOptions.DEFAULT.withRootOf(PlatformFile.read(file)),
                        Platforms.RANDOM);
        assertEquals(Platforms.A.amdChain(), other.amdChain());
        assertNotEquals(Platforms.A.chain().cek(), other.chain().cek());
    }

    @Test
    void rootMustBeToHand() throws Exception {
        try (P384PrivateKey key = Platforms.A.pdhKey()) {
            PlatformFile known =
                    PlatformFile.ofPdh(
                            FirmwareVersion.DEFAULT,
                            key,
                            Platforms.A.pdh(),
                            Platforms.A.chain(),
                            Platforms.A.amdChain());
            SevException told =
                    assertThrows(
                            SevException.class,
                            () ->
                                    PlatformFile.create(
                                            PlatformOptions.DEFAULT.withRootOf(known),
                                            Platforms.RANDOM));
            assertEquals(FirmwareStatus.UNSUPPORTED, told.status());
            known.write(file);
            assertEquals(known.chain(), PlatformFile.read(file).chain());
            assertThrows(
                    SevException.class,
                    () ->
                            PlatformFile.ofPdh(
                                    FirmwareVersion.DEFAULT,
                                    key,
                                    Platforms.B.pdh(),
                                    Platforms.A.chain(),
                                    Platforms.A.amdChain()));
        }
        assertEquals(
                FirmwareStatus.INVALID_CONFIG,
                TestHost.status(() ->
                        PlatformFile.create(
                                PlatformOptions.DEFAULT.withRootBits(3072), Platforms.RANDOM)));
    }

    /** One way of spoiling a file, and what is told of it. */
    record Fault(String told, Consumer<ObjectNode> spoil) {
        @Override
        public String toString() {
            return told;
        }
    }

    private static Fault at(String told, String object, Consumer<ObjectNode> spoil) {
        return new Fault(told, json -> spoil.accept((ObjectNode) json.required(object)));
    }

    private static String other(PlatformFile platform, String name) {
        try {
            Path temporary = Files.createTempFile("ferry-platform", ".json");
            platform.write(temporary);
            String pem =
                    MAPPER.readTree(temporary.toFile())
                            .required(name)
                            .required("private_key")
                            .asText();
            Files.delete(temporary);
            return pem;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static List<Fault> faults() {
        return List.of(
                new Fault("'format' is missing", json -> json.remove("format")),
                new Fault("'format': expected", json -> json.put("format", "x")),
                new Fault("'version': expected 1", json -> json.put("version", 2)),
                new Fault("'version': expected a number", json -> json.put("version", "one")),
                new Fault("'api', 'build'", json -> json.put("api", "1")),
                new Fault("'api', 'build'", json -> json.put("api", ".5")),
                new Fault("'api', 'build'", json -> json.put("api", "1.256")),
                new Fault("'api', 'build'", json -> json.put("build", -1)),
                at("'asids'", "asids", asids -> asids.put("total", 0)),
                at("'asids'", "asids", asids -> asids.put("es", 100000)),
                new Fault("'asids.total' is missing", json -> json.remove("asids")),
                new Fault("expected true or false", json -> json.put("owned_externally", 1)),
                new Fault("expected all or none", json -> json.remove("pek")),
                new Fault("'cek' is missing", json -> json.remove("cek")),
                new Fault("'ark.certificate' is missing", json -> json.remove("ark")),
                at("'pdh.private_key' is missing", "pdh", pdh -> pdh.remove("private_key")),
                at("'pek.certificate' is missing", "pek", pek -> pek.remove("certificate")),
                at("expected base64", "oca", oca -> oca.put("certificate", "*")),
                at("expected 2084 bytes", "oca", oca -> oca.put("certificate", "AAAA")),
                at("'ask.certificate'", "ask", ask -> ask.put("certificate", "AAAA")),
                at(
                        "expected the certificate's, found another",
                        "pdh",
                        pdh -> pdh.put("private_key", other(Platforms.A, "pek"))),
                at(
                        "'ask.private_key': expected the certificate's",
                        "ask",
                        ask -> ask.put("private_key", other(Platforms.A, "ark"))),
                at(
                        "'ark.private_key': PEM private key",
                        "ark",
                        ark -> ark.put("private_key", other(Platforms.A, "pdh"))),
                at(
                        "'cek.private_key': PEM private key",
                        "cek",
                        cek -> cek.put("private_key", "a secret nobody should see")),
                at(
                        "expected CEK, found PEK",
                        "cek",
                        cek -> cek.put("certificate", base64(Platforms.A, "pek"))),
                new Fault("'more' is not known", json -> json.put("more", 1)),
                at("'pdh.more' is not known", "pdh", pdh -> pdh.put("more", 1)),
                new Fault("'list': expected a text", json -> json.putArray("list")),
                new Fault("'nothing': expected a text", json -> json.putNull("nothing")));
    }

    private static String base64(PlatformFile platform, String which) {
        try {
            SevCertificate certificate =
                    which.equals("pek") ? platform.chain().pek() : platform.pdh();
            return Base64.getEncoder().encodeToString(certificate.bytes());
        } catch (SevException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @MethodSource("faults")
    void brokenFileIsToldByItsFault(Fault fault) throws IOException {
        ObjectNode json = (ObjectNode) MAPPER.readTree(file.toFile());
        fault.spoil().accept(json);
        MAPPER.writeValue(file.toFile(), json);
        SevException told = assertThrows(SevException.class, () -> PlatformFile.read(file));
        assertEquals(FirmwareStatus.SECURE_DATA_INVALID, told.status());
        TestHost.assertTells("platform file " + file, told);
        TestHost.assertTells(fault.told(), told);
        assertFalse(Objects.toString(told.getMessage()).contains("secret nobody"));
    }

    @Test
    void whatIsNoJsonIsTold() throws IOException {
        for (String text : List.of("", "[]", "1", "{", "{}x", "{\"a\":1,\"a\":2}", "\0\0\0")) {
            Files.writeString(file, text);
            SevException told = assertThrows(SevException.class, () -> PlatformFile.read(file));
            assertEquals(FirmwareStatus.SECURE_DATA_INVALID, told.status(), text);
        }
        Files.write(file, new byte[PlatformFile.MAX_BYTES + 1]);
        TestHost.assertTells(
                "expected at most 0x40000 bytes",
                assertThrows(SevException.class, () -> PlatformFile.read(file)));
        Files.writeString(file, "{\"a\":".repeat(10000));
        assertThrows(SevException.class, () -> PlatformFile.read(file));
    }

    @Test
    void alteredFileIsRefusedOrReadButNeverBreaksAnything() throws IOException {
        long seed = 4711;
        Random random = new Random(seed);
        byte[] whole = Files.readAllBytes(file);
        String text = new String(whole, StandardCharsets.US_ASCII);
        int refused = 0;
        for (int i = 0; i < 1500; i++) {
            byte[] altered = whole.clone();
            int at = random.nextInt(whole.length);
            if (i % 3 == 0) {
                altered = Arrays.copyOf(whole, at);
            } else {
                altered[at] = (byte) random.nextInt(128);
            }
            Files.write(file, altered);
            try {
                PlatformFile.read(file).close();
            } catch (SevException e) {
                refused++;
                assertEquals(
                        FirmwareStatus.SECURE_DATA_INVALID, e.status(), "seed " + seed + ", " + i);
                assertNoKeyIn(e, text);
            }
        }
        assertTrue(refused > 700, "refused " + refused + ", seed " + seed);
    }

    /** No line of any key in a message, nor in that of a cause. */
    private static void assertNoKeyIn(Throwable thrown, String text) {
        for (Throwable at = thrown; at != null; at = at.getCause()) {
            String message = Objects.toString(at.getMessage());
            for (int i = 0; i + 24 <= message.length(); i++) {
                String part = message.substring(i, i + 24);
                assertFalse(
                        text.contains(part) && part.matches("[A-Za-z0-9+/=]+"),
                        () -> "a part of the file in: " + message);
            }
        }
    }

    @Test
    void nothingPrintsAKey() throws IOException, SevException {
        PlatformFile platform = PlatformFile.read(file);
        assertEquals("platform, API 1.55 build 3", platform.toString());
        try (SecureProcessor firmware = SecureProcessor.of(platform, Platforms.RANDOM)) {
            assertEquals("secure processor, API 1.55 build 3, UNINIT", firmware.toString());
        }
        String options = PlatformOptions.DEFAULT.withRootOf(platform).toString();
        assertFalse(options.contains("PRIVATE"), options);
    }
}
