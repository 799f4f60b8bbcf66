package dev.ferry.tools.extract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.Fixtures;
import dev.ferry.testdata.RamBlockTruth;
import dev.ferry.testdata.junit.FixtureSource;
import dev.ferry.tools.Ferry;
import dev.ferry.tools.FixtureFiles;
import dev.ferry.tools.cli.Terminal;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;

class ExtractTest {

    /** Captures whose memory the stream gives no address, with words of the message. */
    private static final Map<String, String> NO_ADDRESS =
            Map.of("ignore-shared-q10", "left in shared memory");

    @TempDir Path directory;

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private String main(String fixture) throws IOException {
        Fixture named = Fixtures.named(fixture);
        return String.valueOf(named.unpack(directory).get(named.main()));
    }

    @ParameterizedTest
    @FixtureSource
    void largestBlockIsWhatQemuHad(Fixture fixture) throws IOException {
        RamBlockTruth block = fixture.ramBlocks().getFirst();
        for (RamBlockTruth each : fixture.ramBlocks()) {
            block = each.used() > block.used() ? each : block;
        }
        Path target = directory.resolve("block");
        Ferry.Result result =
                Ferry.run(
                        FixtureFiles.command(
                                fixture,
                                directory,
                                List.of("extract"),
                                "--block",
                                block.idstr(),
                                "-o",
                                target.toString()));
        if (fixture.name().equals("ignore-shared-q10")) {
            assertEquals(4, result.code(), result::toString);
            assertFalse(Files.exists(target));
            return;
        }
        assertEquals(0, result.code(), result::toString);
        assertEquals(block.used(), Files.size(target));
        assertEquals(block.sha256(), sha256(Files.readAllBytes(target)));
    }

    @ParameterizedTest
    @FixtureSource(target = "x86_64")
    void physicalMemoryIsWhatTheMonitorSaved(Fixture fixture) throws IOException {
        JsonNode saved = fixture.metadata().path("pmemsave");
        if (!saved.has("sha256")) {
            return;
        }
        Ferry.Result result =
                Ferry.run(
                        FixtureFiles.command(
                                fixture,
                                directory,
                                List.of("extract"),
                                "--physical",
                                saved.required("addr").asText()
                                        + "+"
                                        + saved.required("size").asText()));
        String reason = NO_ADDRESS.get(fixture.name());
        if (reason != null) {
            assertEquals(4, result.code(), result::toString);
            assertTrue(result.err().contains(reason), result::err);
            return;
        }
        assertEquals(0, result.code(), result.err());
        assertEquals(saved.required("sha256").asText(), sha256(result.bytes()));
    }

    @Test
    void firmwareShowsAtTheTopAndBelowOneMebibyte() throws IOException {
        String stream = main("precopy-s-q7");
        byte[] bios = Ferry.run("extract", stream, "--block", "pc.bios").bytes();
        assertEquals(65536, bios.length);
        assertArrayEquals(
                bios, Ferry.run("extract", stream, "--physical", "0xffff0000+64K").bytes());
        assertArrayEquals(
                bios, Ferry.run("extract", stream, "--physical", "0xf0000+0x10000").bytes());
    }

    @Test
    void rangeMayCrossFromRomToRam() throws IOException {
        String stream = main("precopy-paused-q7");
        byte[] ram = Ferry.run("extract", stream, "--block", "pc.ram").bytes();
        byte[] both = Ferry.run("extract", stream, "--physical", "0xff000+8K").bytes();
        assertEquals(8192, both.length);
        assertArrayEquals(
                Arrays.copyOfRange(ram, 0x100000, 0x101000), Arrays.copyOfRange(both, 4096, 8192));
    }

    @Test
    void withoutADisplayAdapterThereIsRamInItsWindow() throws IOException {
        String stream = main("precopy-paused-q7");
        byte[] ram = Ferry.run("extract", stream, "--block", "pc.ram").bytes();
        byte[] window = Ferry.run("extract", stream, "--physical", "0x9f000+8K").bytes();
        assertArrayEquals(Arrays.copyOfRange(ram, 0x9f000, 0xa1000), window);
    }

    @Test
    void placesWithoutMemoryAreRefused() throws IOException {
        String stream = main("vga-std-q10");
        Ferry.Result window = Ferry.run("extract", stream, "--physical", "0x9f000+8K");
        assertEquals(4, window.code());
        assertTrue(window.err().contains("0xa0000 is in the VGA window"), window::err);
        Ferry.Result hole = Ferry.run("extract", stream, "--physical", "3G+4K");
        assertEquals(4, hole.code());
        assertTrue(hole.err().contains("no RAM is known"), hole::err);
    }

    @Test
    void deviceIsTheSameJsonAsInInspect() throws IOException {
        String stream = main("precopy-smp4-q10");
        ObjectMapper mapper = new ObjectMapper();
        JsonNode one = mapper.readTree(Ferry.run("extract", stream, "--device", "cpu/2").bytes());
        JsonNode all =
                mapper.readTree(Ferry.run("inspect", "--json", stream, "--devices=cpu/2").bytes());
        assertEquals(1, all.required("devices").size());
        assertEquals(all.at("/devices/0"), one);
    }

    @Test
    void deviceNameMayBeItsLastPart() throws IOException {
        String stream = main("precopy-smp4-q10");
        Ferry.Result result = Ferry.run("extract", stream, "--device", "ich9_ahci");
        assertEquals(0, result.code(), result::toString);
        assertTrue(result.out().contains("\"name\":\"0000:00:1f.2/ich9_ahci\""));
    }

    @Test
    void ambiguousDeviceIsAnsweredByAList() throws IOException {
        Ferry.Result result = Ferry.run("extract", main("precopy-smp4-q10"), "--device", "cpu");
        assertEquals(2, result.code());
        assertTrue(result.err().contains("cpu/0, cpu/1, cpu/2, cpu/3"), result::err);
    }

    @Test
    void unknownDeviceAndBlockAreAnsweredByAList() throws IOException {
        String stream = main("precopy-paused-q10");
        Ferry.Result device = Ferry.run("extract", stream, "--device", "cpux");
        assertEquals(2, device.code());
        assertTrue(device.err().contains("there are 0000:00:00.0/mch"), device::err);
        Ferry.Result block = Ferry.run("extract", stream, "--block", "ram");
        assertEquals(2, block.code());
        assertTrue(block.err().contains("there are pc.ram, /rom@etc/acpi/tables"), block::err);
    }

    @Test
    void rawDeviceIsTheBodyOfItsSection() throws IOException {
        Fixture fixture = Fixtures.named("precopy-paused-q10");
        String stream = main(fixture.name());
        byte[] whole = fixture.main().readAllBytes();
        JsonNode device =
                new ObjectMapper()
                        .readTree(Ferry.run("extract", stream, "--device", "globalstate").bytes());
        byte[] raw = Ferry.run("extract", stream, "--device", "globalstate", "--raw").bytes();
        int section = device.required("offset").asInt();
        int head = 1 + 4 + 1 + "globalstate".length() + 4 + 4;
        int foot = 5;
        assertArrayEquals(
                Arrays.copyOfRange(
                        whole, section + head, section + device.required("length").asInt() - foot),
                raw);
    }

    @Test
    void descriptionIsTheTextAtTheEnd() throws IOException {
        Fixture fixture = Fixtures.named("precopy-paused-q10");
        String text = Ferry.run("extract", main(fixture.name()), "--description").out();
        String whole = new String(fixture.main().readAllBytes(), StandardCharsets.ISO_8859_1);
        assertTrue(text.startsWith("{\"configuration\""));
        assertTrue(whole.endsWith(text.stripTrailing()));
        assertFalse(new ObjectMapper().readTree(text).required("devices").isEmpty());
    }

    @Test
    void descriptionIsTakenFromAPipeToo() throws IOException {
        Fixture fixture = Fixtures.named("precopy-paused-q10");
        byte[] whole = fixture.main().readAllBytes();
        Ferry.Result piped =
                Ferry.run(
                        new ByteArrayInputStream(whole),
                        Terminal.NONE,
                        "extract",
                        "-",
                        "--description");
        assertEquals(
                Ferry.run("extract", main(fixture.name()), "--description").out(), piped.out());
    }

    @Test
    void missingDescriptionIsToldByItsExitCode() throws IOException {
        Ferry.Result result = Ferry.run("extract", main("postcopy-q10"), "--description");
        assertEquals(4, result.code(), result::toString);
        assertTrue(result.err().contains("the stream has no description"), result::err);
    }

    @Test
    void xmlIsLibvirtsDomainDescription() throws IOException {
        String xml = Ferry.run("extract", main("libvirt-zstd-q10"), "--xml").out();
        assertTrue(xml.startsWith("<domain type='"), xml);
        assertTrue(xml.endsWith("</domain>\n"), xml);
        Ferry.Result none = Ferry.run("extract", main("precopy-s-q7"), "--xml");
        assertEquals(2, none.code());
        assertTrue(none.err().contains("no libvirt save image"), none::err);
    }

    @Test
    void outputIsNeverTheInput() throws IOException {
        String stream = main("precopy-s-q7");
        byte[] before = Files.readAllBytes(Path.of(stream));
        Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of(stream));
        for (String target : new String[] {stream, link.toString()}) {
            Ferry.Result result = Ferry.run("extract", stream, "--block", "pc.ram", "-o", target);
            assertEquals(2, result.code(), result::toString);
            assertTrue(result.err().contains("is the input"), result::err);
        }
        assertArrayEquals(before, Files.readAllBytes(Path.of(stream)));
    }

    @Test
    void olderOutputIsReplacedAndSparse() throws IOException {
        String stream = main("precopy-16m-q7");
        Path target = Files.writeString(directory.resolve("out"), "old");
        assertEquals(
                0,
                Ferry.run("extract", stream, "--block", "pc.ram", "-o", target.toString()).code());
        long used = Fixtures.named("precopy-16m-q7").ramBlock("pc.ram").orElseThrow().used();
        assertEquals(used, Files.size(target));
        long taken = bytesOnDisk(target);
        assertTrue(taken < used / 2, "most of this guest is zero, yet takes " + taken);
        try (var files = Files.list(directory)) {
            assertFalse(files.anyMatch(file -> file.toString().endsWith(".part")));
        }
    }

    /** As stat(1) counts them; Java does not tell. */
    private static long bytesOnDisk(Path file) throws IOException {
        Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
        try (BufferedReader out = stat.inputReader()) {
            return 512 * Long.parseLong(String.valueOf(out.readLine()));
        }
    }

    @Test
    void binaryIsNotSentToATerminal() throws IOException {
        String stream = main("precopy-s-q7");
        Terminal terminal =
                new Terminal() {
                    @Override
                    public boolean output() {
                        return true;
                    }

                    @Override
                    public boolean errors() {
                        return true;
                    }

                    @Override
                    public boolean colour() {
                        return false;
                    }
                };
        ByteArrayInputStream in = new ByteArrayInputStream(new byte[0]);
        Ferry.Result result = Ferry.run(in, terminal, "extract", stream, "--block", "pc.ram");
        assertEquals(2, result.code());
        assertEquals("", result.out());
        assertEquals(0, Ferry.run(in, terminal, "extract", stream, "--description").code());
    }
}
