package dev.ferry.tools.sev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.ferry.sev.SevException;
import dev.ferry.sev.cert.AmdChain;
import dev.ferry.sev.cert.P384PrivateKey;
import dev.ferry.sev.cert.PlatformChain;
import dev.ferry.sev.cert.SevCertificate;
import dev.ferry.sev.firmware.FirmwareVersion;
import dev.ferry.sev.firmware.PlatformFile;
import dev.ferry.testdata.SevFixture;
import dev.ferry.testdata.SevFixtures;
import dev.ferry.tools.Ferry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Captures of SEV guests on the command line, with the key and without. */
class SevGuestTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir Path directory;

    static List<SevFixture> captures() {
        return SevFixtures.all();
    }

    private static JsonNode inspect(String... args) throws IOException {
        String[] all = new String[args.length + 2];
        all[0] = "inspect";
        all[1] = "--json";
        System.arraycopy(args, 0, all, 2, args.length);
        Ferry.Result result = Ferry.run(all);
        assertEquals(0, result.code(), result::toString);
        return JSON.readTree(result.bytes());
    }

    private static Map<String, String> digests(JsonNode report) {
        Map<String, String> digests = new HashMap<>();
        for (JsonNode block : report.required("ramBlocks")) {
            digests.put(block.required("id").asText(), block.required("sha256").asText());
        }
        return digests;
    }

    private static void assertSchema(JsonNode report) throws IOException {
        JsonSchema schema =
                JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                        .getSchema(JSON.readTree(Ferry.run("inspect", "--schema").bytes()));
        assertEquals(Set.of(), schema.validate(report));
    }

    @ParameterizedTest
    @MethodSource("captures")
    void inspectTellsWhatNeedsNoKey(SevFixture fixture) throws IOException {
        SevGuestFiles files = SevGuestFiles.of(fixture, directory);
        JsonNode report = inspect(files.stream(), "--digest", "--pages");
        assertSchema(report);
        JsonNode sev = report.required("sev");
        assertEquals("amd-sev-v4", sev.required("dialect").asText());
        assertEquals(
                "0x" + Integer.toHexString(fixture.policy()),
                sev.required("policy").required("value").asText());
        assertEquals(fixture.pageRecords("encrypted"), sev.required("encryptedPages").intValue());
        assertTrue(sev.required("openedPages").isNull());
        assertEquals(fixture.regionsOnWire().size(), sev.required("sharedRegions").size());
        assertEquals(
                fixture.source().apiVersion(), sev.required("sourcePdh").required("api").asText());
        JsonNode ram = report.required("ramBlocks").get(0);
        int encrypted = 0;
        for (JsonNode block : report.required("ramBlocks")) {
            encrypted += block.required("pages").required("encrypted").intValue();
            assertEquals(
                    block.required("pages").required("encrypted").intValue() > 0,
                    block.required("sha256").isNull(),
                    block::toString);
        }
        assertEquals(fixture.pageRecords("encrypted"), encrypted);
        assertFalse(ram.isMissingNode());
    }

    @ParameterizedTest
    @MethodSource("captures")
    void theKeyOpensAllOfMemory(SevFixture fixture) throws IOException {
        SevGuestFiles files = SevGuestFiles.of(fixture, directory);
        JsonNode report = inspect(files.stream(), "--digest", "--sev-key", files.key());
        assertSchema(report);
        assertEquals(fixture.blockDigests(), digests(report));
        assertEquals(
                fixture.pageRecords("encrypted"),
                report.required("sev").required("openedPages").intValue());
    }

    @Test
    void noReportHasWhatIsInPrivatePages() throws IOException {
        SevFixture fixture = SevFixtures.named("sev-pc-512k-idle-noregions");
        SevGuestFiles files = SevGuestFiles.of(fixture, directory);
        Path ram = directory.resolve("ram");
        Ferry.run(
                "extract",
                files.stream(),
                "--block",
                "pc.ram",
                "-o",
                ram.toString(),
                "--sev-key",
                files.key());
        byte[] memory = Files.readAllBytes(ram);
        List<String> secrets = new ArrayList<>();
        for (int page = 0; page < memory.length; page += 4096) {
            byte[] piece = Arrays.copyOfRange(memory, page + 64, page + 80);
            boolean various = false;
            for (byte b : piece) {
                various |= b != piece[0];
            }
            if (various) {
                secrets.add(HexFormat.of().formatHex(piece));
                secrets.add(new String(piece, StandardCharsets.ISO_8859_1));
            }
        }
        assertTrue(secrets.size() > 20, "private pages have something in them");
        String other = SevGuestFiles.of(fixture, directory).stream();
        for (List<String> command :
                List.of(
                        List.of("inspect", files.stream()),
                        List.of("inspect", "--json", "--pages", "--sections", files.stream()),
                        List.of("verify", "--json", files.stream()),
                        List.of("diff", "--json", files.stream(), other))) {
            List<String> withKey = new ArrayList<>(command);
            withKey.addAll(List.of("--sev-key", files.key(), "--debug"));
            Ferry.Result result = Ferry.run(withKey);
            String said = new String(result.bytes(), StandardCharsets.ISO_8859_1) + result.err();
            for (String secret : secrets) {
                assertFalse(said.contains(secret), () -> command + " tells " + secret);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "sev-pc-512k-idle-noregions, 0, no findings",
        "sev-pc-512k-dirty-oneregion, 0, no findings",
        "sev-q35-1m-idle-manyregions, 0, no findings",
        "sev-pc-512k-xbzrle, 0, no findings",
        "sev-pc-512k-domain-sev-policy, 0, no findings",
        "sev-pc-512k-pflash, 0, no findings",
        "sev-q35-2m-dirty, 0, 'two regions overlap, 0x112-0x200 and 0x114-0x140'",
        "sev-pc-512k-listdefects, 1, 'two regions overlap, 0x24-0x34 and 0x30-0x38'",
        "sev-pc-512k-listdefects, 1, 'private pages in clear, 18 at frames 0x3e-0x50'",
        "sev-pc-512k-xbzrle-statuschange, 1, XBZRLE after an encrypted version of the page",
    })
    void verifyTellsWhatTheSenderDidWrong(String name, int code, String words) throws IOException {
        SevGuestFiles files = SevGuestFiles.of(SevFixtures.named(name), directory);
        Ferry.Result result = Ferry.run("verify", files.stream(), "--sev-key", files.key());
        assertEquals(code, result.code(), result::toString);
        assertTrue(result.out().contains(words), result::toString);
        // The same without the key: none of it depends on what is in the pages.
        Ferry.Result keyless = Ferry.run("verify", files.stream());
        assertEquals(result.out(), keyless.out());
    }

    @Test
    void verifyReportsEveryChangedPacket() throws IOException {
        SevFixture fixture = SevFixtures.named("sev-pc-512k-idle-noregions");
        SevGuestFiles files = SevGuestFiles.of(fixture, directory);
        byte[] stream = fixture.readAllBytes();
        // Far from each other, inside of ciphertext.
        stream[100_000] ^= 1;
        stream[300_000] ^= 1;
        Files.write(Path.of(files.stream()), stream);
        Ferry.Result result = Ferry.run("verify", files.stream(), "--sev-key", files.key());
        assertEquals(1, result.code(), result::toString);
        assertTrue(result.out().contains("2 errors"), result::toString);
        assertTrue(
                result.out()
                        .contains(
                                "its MAC does not fit, it was changed on the way; firmware status"
                                        + " BAD_MEASUREMENT (0xb)"),
                result::toString);
        assertEquals(0, Ferry.run("verify", files.stream()).code());
        Ferry.Result digests =
                Ferry.run("inspect", "--digest", files.stream(), "--sev-key", files.key());
        assertEquals(3, digests.code(), digests::toString);
    }

    @Test
    void extractOpensOrRefuses() throws IOException {
        SevFixture fixture = SevFixtures.named("sev-pc-512k-pflash");
        SevGuestFiles files = SevGuestFiles.of(fixture, directory);
        Path target = directory.resolve("flash");
        String[] command = {
            "extract", files.stream(), "--block", "system.flash0", "-o", target.toString()
        };
        Ferry.Result refused = Ferry.run(command);
        assertEquals(4, refused.code(), refused::toString);
        assertTrue(refused.err().contains("--sev-key"), refused::toString);
        assertFalse(Files.exists(target));
        Ferry.Result opened =
                Ferry.run(
                        "extract",
                        files.stream(),
                        "--block",
                        "system.flash0",
                        "-o",
                        target.toString(),
                        "--sev-key",
                        files.key());
        assertEquals(0, opened.code(), opened::toString);
        Path plain = directory.resolve("isa-bios");
        assertEquals(
                0,
                Ferry.run("extract", files.stream(), "--block", "isa-bios", "-o", plain.toString())
                        .code());
        // The firmware's flash is also seen as the BIOS, which is sent in clear.
        assertEquals(-1, Files.mismatch(target, plain));
    }

    @ParameterizedTest
    @ValueSource(strings = {"stream", "mapped-ram", "multifd", "libvirt:raw"})
    void convertedMemoryIsTheSame(String format) throws IOException {
        SevFixture fixture = SevFixtures.named("sev-q35-2m-dirty");
        SevGuestFiles files = SevGuestFiles.of(fixture, directory);
        Path xml = Files.writeString(directory.resolve("vm.xml"), "<domain type='qemu'/>");
        Path target = directory.resolve("plain");
        String[] command = {
            "convert",
            files.stream(),
            "-o",
            target.toString(),
            "--to",
            format,
            "--sev-key",
            files.key(),
            format.startsWith("libvirt") ? "--xml" : "--zero-pages",
            format.startsWith("libvirt") ? xml.toString() : "mark"
        };
        Ferry.Result converted = Ferry.run(command);
        assertEquals(0, converted.code(), converted::toString);
        assertTrue(converted.err().contains("SEV"), converted::toString);
        String[] input =
                format.equals("multifd")
                        ? new String[] {
                            target.toString(),
                            "--digest",
                            "--channel",
                            target + ".ch1",
                            "--channel",
                            target + ".ch2"
                        }
                        : new String[] {target.toString(), "--digest"};
        JsonNode report = inspect(input);
        assertEquals(fixture.blockDigests(), digests(report));
        assertTrue(report.required("sev").isNull());
    }

    @ParameterizedTest
    @MethodSource("captures")
    void decryptKeepsAllButTheEncryption(SevFixture fixture) throws IOException {
        SevGuestFiles files = SevGuestFiles.of(fixture, directory);
        String plain = directory.resolve("plain").toString();
        Ferry.Result result =
                Ferry.run("sev", "decrypt", files.stream(), "--sev-key", files.key(), "-o", plain);
        assertEquals(0, result.code(), result::toString);
        assertTrue(
                result.out().contains(fixture.pageRecords("encrypted") + " pages decrypted"),
                result::toString);
        JsonNode before = inspect(files.stream());
        JsonNode after = inspect(plain, "--digest");
        assertTrue(after.required("sev").isNull());
        assertEquals(fixture.blockDigests(), digests(after));
        assertEquals(before.required("sections").size(), after.required("sections").size());
        assertEquals(
                fixture.pageRecords("xbzrle"),
                after.required("ramBlocks").get(0).required("pages").required("xbzrle").intValue());
    }

    @Test
    void decryptNeedsAKeyAndAnSevGuest() throws IOException {
        SevGuestFiles files =
                SevGuestFiles.of(SevFixtures.named("sev-pc-512k-idle-noregions"), directory);
        Path plain = directory.resolve("plain");
        Path again = directory.resolve("again");
        assertEquals(2, Ferry.run("sev", "decrypt", files.stream(), "-o", plain.toString()).code());
        assertFalse(Files.exists(plain));
        Ferry.run(
                "sev", "decrypt", files.stream(), "--sev-key", files.key(), "-o", plain.toString());
        Ferry.Result result =
                Ferry.run(
                        "sev",
                        "decrypt",
                        plain.toString(),
                        "--sev-key",
                        files.key(),
                        "-o",
                        again.toString());
        assertEquals(4, result.code(), result::toString);
        assertFalse(Files.exists(again));
    }

    @Test
    void decryptLeavesNothingOfAChangedStream() throws IOException {
        SevFixture fixture = SevFixtures.named("sev-pc-512k-idle-noregions");
        SevGuestFiles files = SevGuestFiles.of(fixture, directory);
        byte[] stream = fixture.readAllBytes();
        stream[400_000] ^= 1;
        Files.write(Path.of(files.stream()), stream);
        Path plain = directory.resolve("plain");
        Ferry.Result result =
                Ferry.run(
                        "sev",
                        "decrypt",
                        files.stream(),
                        "--sev-key",
                        files.key(),
                        "-o",
                        plain.toString());
        assertEquals(3, result.code(), result::toString);
        assertFalse(Files.exists(plain));
    }

    @Test
    void aPlatformFileIsAKey() throws IOException, SevException {
        SevFixture fixture = SevFixtures.named("sev-q35-2m-dirty");
        SevGuestFiles files = SevGuestFiles.of(fixture, directory);
        Path platform = directory.resolve("platform.json");
        try (P384PrivateKey pdh = P384PrivateKey.of(fixture.destination().pdhPrivateKey());
                PlatformFile file =
                        PlatformFile.ofPdh(
                                new FirmwareVersion(0, 24, 3),
                                pdh,
                                SevCertificate.parse(fixture.destination().certificate("pdh")),
                                PlatformChain.parse(fixture.destination().platformChain()),
                                AmdChain.parse(fixture.destination().amdChain()))) {
            file.write(platform);
        }
        JsonNode report = inspect(files.stream(), "--digest", "--sev-key", platform.toString());
        assertEquals(fixture.blockDigests(), digests(report));
        Files.writeString(platform, Files.readString(platform).substring(0, 100));
        Ferry.Result result =
                Ferry.run("inspect", files.stream(), "--sev-key", platform.toString());
        assertEquals(3, result.code(), result::toString);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mapped-ram",
                "multifd",
                "libvirt:sparse",
                "elf",
                "raw",
                "lime",
                "ram+regs",
                "kdump"
            })
    void memoryIsNotWrittenWithoutTheKey(String format) throws IOException {
        SevGuestFiles files =
                SevGuestFiles.of(SevFixtures.named("sev-pc-512k-idle-noregions"), directory);
        Path target = directory.resolve("plain");
        Ferry.Result result =
                Ferry.run("convert", files.stream(), "-o", target.toString(), "--to", format);
        assertEquals(4, result.code(), result::toString);
        assertTrue(result.err().contains("--sev-key"), result::toString);
        assertFalse(Files.exists(target));
    }

    @Test
    void withoutTheKeyPagesStayEncryptedInAnotherContainer() throws IOException {
        SevFixture fixture = SevFixtures.named("sev-pc-512k-pflash");
        SevGuestFiles files = SevGuestFiles.of(fixture, directory);
        String xml =
                Files.writeString(directory.resolve("vm.xml"), "<domain type='kvm'/>").toString();
        String save = directory.resolve("sev.save").toString();
        String again = directory.resolve("again").toString();
        String[] pack = {"convert", files.stream(), "-o", save, "--to", "libvirt:xz"};
        assertEquals(2, Ferry.run(pack).code());
        List<String> withXml = new ArrayList<>(List.of(pack));
        withXml.addAll(List.of("--xml", xml));
        Ferry.Result packed = Ferry.run(withXml);
        assertEquals(0, packed.code(), packed::toString);
        assertTrue(packed.err().contains("stay encrypted"), packed::toString);
        JsonNode report = inspect(save, "--digest", "--sev-key", files.key());
        assertEquals("libvirt-save", report.at("/input/container").asText());
        assertEquals(fixture.blockDigests(), digests(report));
        Ferry.Result unpacked = Ferry.run("convert", save, "-o", again, "--to", "stream");
        assertEquals(0, unpacked.code(), unpacked::toString);
        assertEquals(-1, Files.mismatch(Path.of(files.stream()), Path.of(again)));
    }

    @Test
    void diffComparesWhatTheKeyOpens() throws IOException {
        SevGuestFiles files =
                SevGuestFiles.of(SevFixtures.named("sev-pc-512k-idle-noregions"), directory);
        Path plain = directory.resolve("plain");
        Ferry.run(
                "convert",
                files.stream(),
                "-o",
                plain.toString(),
                "--to",
                "stream",
                "--sev-key",
                files.key());
        assertEquals(4, Ferry.run("diff", files.stream(), plain.toString()).code());
        Ferry.Result result =
                Ferry.run("diff", files.stream(), plain.toString(), "--sev-key", files.key());
        assertEquals(0, result.code(), result::toString);
    }

    @Test
    void anotherKeyIsRefusedWithASentence() throws IOException {
        SevGuestFiles other = SevGuestFiles.of(SevFixtures.named("sev-q35-2m-dirty"), directory);
        Path stream =
                Files.write(
                        directory.resolve("other.mig"),
                        SevFixtures.named("sev-pc-512k-domain-sev-policy").readAllBytes());
        Ferry.Result result =
                Ferry.run("inspect", "--digest", stream.toString(), "--sev-key", other.key());
        assertEquals(4, result.code(), result::toString);
        assertTrue(result.err().contains("SEV session: "), result::toString);
        assertEquals(1, result.err().lines().count(), result::toString);
    }

    @Test
    void whatIsNoKeyIsRefusedWithItsName() throws IOException {
        SevGuestFiles files =
                SevGuestFiles.of(SevFixtures.named("sev-pc-512k-idle-noregions"), directory);
        Ferry.Result result = Ferry.run("inspect", files.stream(), "--sev-key", files.stream());
        assertEquals(3, result.code(), result::toString);
        assertTrue(result.err().contains(files.stream()), result::toString);
        assertEquals(
                5, Ferry.run("inspect", files.stream(), "--sev-key", files.key() + "x").code());
    }

    @Test
    void theDialectCanBeSaid() throws IOException {
        SevGuestFiles files =
                SevGuestFiles.of(SevFixtures.named("sev-pc-512k-dirty-oneregion"), directory);
        assertEquals(
                "amd-sev-v4.1",
                inspect(files.stream(), "--dialect", "amd-sev-v4.1").at("/sev/dialect").asText());
        // The list's first word is a bitmap's, too; what follows it is none.
        Ferry.Result bitmap = Ferry.run("inspect", files.stream(), "--dialect", "amd-sev-v1");
        assertEquals(3, bitmap.code(), bitmap::toString);
        assertTrue(bitmap.err().contains("encryption bitmap"), bitmap::toString);
        Ferry.Result upstream = Ferry.run("inspect", files.stream(), "--dialect", "upstream");
        assertEquals(4, upstream.code(), upstream::toString);
        assertEquals(2, Ferry.run("inspect", files.stream(), "--dialect", "x").code());
    }
}
