package dev.ferry.tools.convert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ferry.testdata.Fixtures;
import dev.ferry.tools.Ferry;
import dev.ferry.tools.cli.Terminal;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConvertTest {

    @TempDir Path directory;

    private Path input;
    private Path outputs;

    @BeforeEach
    void unpack() throws IOException {
        input = directory.resolve("vm.mig");
        Files.write(input, Fixtures.named("precopy-paused-q10").main().readAllBytes());
        outputs = Files.createDirectory(directory.resolve("outputs"));
    }

    private Ferry.Result convert(String output, String format, String... more) {
        List<String> command =
                new ArrayList<>(List.of("convert", input.toString(), "-o", output, "--to", format));
        command.addAll(List.of(more));
        return Ferry.run(command);
    }

    private List<String> written() throws IOException {
        try (Stream<Path> files = Files.list(outputs)) {
            return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
        }
    }

    private static void assertRefused(Ferry.Result result, int code, String words) {
        assertEquals(code, result.code(), result::toString);
        assertTrue(result.err().contains(words), result::toString);
        assertEquals(1, result.err().lines().filter(l -> l.startsWith("ferry: ")).count());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "stream",
                "mapped-ram",
                "libvirt:raw",
                "libvirt:xz",
                "libvirt:sparse",
                "elf",
                "lime",
                "raw"
            })
    void standardOutputGetsWhatAFileWould(String format) throws IOException {
        // A save image of a plain stream gets a domain with a new identity each time.
        Path xml = Files.writeString(directory.resolve("vm.xml"), "<domain/>");
        String[] more =
                format.startsWith("libvirt")
                        ? new String[] {"--xml", xml.toString()}
                        : new String[0];
        Path file = outputs.resolve("vm");
        assertEquals(0, convert(file.toString(), format, more).code());
        Ferry.Result piped = convert("-", format, more);
        assertEquals(0, piped.code(), piped::toString);
        assertArrayEquals(Files.readAllBytes(file), piped.bytes());
    }

    @Test
    void standardInputIsReadTwiceAllTheSame() throws IOException {
        Path file = outputs.resolve("vm");
        Ferry.Result result =
                Ferry.run(
                        new ByteArrayInputStream(Files.readAllBytes(input)),
                        Terminal.NONE,
                        "convert",
                        "-",
                        "-o",
                        file.toString(),
                        "--to",
                        "mapped-ram");
        assertEquals(0, result.code(), result::toString);
        Path other = outputs.resolve("other");
        assertEquals(0, convert(other.toString(), "mapped-ram").code());
        assertArrayEquals(Files.readAllBytes(other), Files.readAllBytes(file));
    }

    @Test
    void outputOntoTheInputIsRefused() throws IOException {
        byte[] before = Files.readAllBytes(input);
        assertRefused(convert(input.toString(), "stream"), 2, "is the input");
        Path link = Files.createSymbolicLink(directory.resolve("link"), input);
        assertRefused(convert(link.toString(), "stream"), 2, "is the input");
        assertArrayEquals(before, Files.readAllBytes(input));
    }

    @Test
    void multifdChannelsMustNotBeTheInput() throws IOException {
        Path main = directory.resolve("main");
        Path channel = directory.resolve("main.ch1");
        Files.move(input, channel);
        input = channel;
        byte[] before = Files.readAllBytes(channel);
        assertRefused(convert(main.toString(), "multifd"), 2, "is the input");
        assertArrayEquals(before, Files.readAllBytes(channel));
        assertFalse(Files.exists(main));
    }

    @Test
    void unwritableDirectoryIsOneLine() throws IOException {
        assertRefused(
                convert(directory.resolve("no/such/vm").toString(), "stream"), 5, "no such file");
        assertRefused(convert(outputs.toString(), "stream"), 5, "is a directory");
        assertEquals(List.of(), written());
    }

    static boolean hasFullDevice() {
        return Files.exists(Path.of("/dev/full"));
    }

    @ParameterizedTest
    @EnabledIf("hasFullDevice")
    @ValueSource(strings = {"stream", "mapped-ram", "libvirt:gzip", "raw", "kdump"})
    void fullDiskIsOneLine(String format) {
        assertRefused(convert("/dev/full", format), 5, "No space left on device");
    }

    @Test
    void existingFileIsKeptUntilTheNewOneIsComplete() throws IOException {
        Path file = Files.writeString(outputs.resolve("vm"), "precious");
        Files.write(input, new byte[] {'Q', 'E', 'V', 'M', 0, 0, 0, 3, 7});
        assertRefused(convert(file.toString(), "stream"), 3, "the input ends");
        assertEquals("precious", Files.readString(file));
        assertEquals(List.of("vm"), written());
    }

    @Test
    void jsonTellsAboutTheOutput() throws IOException {
        Path file = outputs.resolve("vm.core");
        Ferry.Result result = convert(file.toString(), "elf", "--json");
        assertEquals(0, result.code(), result::toString);
        JsonNode report = new ObjectMapper().readTree(result.bytes());
        assertEquals("elf", report.path("format").asText());
        assertEquals(Files.size(file), report.path("bytes").asLong());
        assertEquals(file.toString(), report.path("files").path(0).asText());
        assertTrue(report.path("evidence").path(0).asText().contains("RTC CMOS"));
        assertEquals("", result.err());
    }

    @Test
    void multifdIsAFileForEachChannel() throws IOException {
        Ferry.Result result =
                convert(
                        outputs.resolve("vm").toString(),
                        "multifd",
                        "--channels",
                        "3",
                        "--compression",
                        "zstd");
        assertEquals(0, result.code(), result::toString);
        assertEquals(List.of("vm", "vm.ch1", "vm.ch2", "vm.ch3"), written());
    }

    @Test
    void multifdOfASaveImageHasTheDomainsUuid() throws IOException {
        byte[] image = Fixtures.named("libvirt-raw-q7").main().readAllBytes();
        Files.write(input, image);
        String xml = new String(image, 92, 20_000, StandardCharsets.ISO_8859_1);
        int at = xml.indexOf("<uuid>") + "<uuid>".length();
        UUID domain = UUID.fromString(xml.substring(at, xml.indexOf("</uuid>")));
        assertEquals(0, convert(outputs.resolve("vm").toString(), "multifd").code());
        ByteBuffer handshake = ByteBuffer.wrap(Files.readAllBytes(outputs.resolve("vm.ch1")));
        assertEquals(domain, new UUID(handshake.getLong(8), handshake.getLong(16)));
    }

    @Test
    void registersAreAFileOfTheirOwn() throws IOException {
        assertEquals(0, convert(outputs.resolve("vm").toString(), "ram+regs").code());
        assertEquals(List.of("vm", "vm.regs.json"), written());
        JsonNode registers =
                new ObjectMapper().readTree(Files.readAllBytes(outputs.resolve("vm.regs.json")));
        assertEquals("ferry-registers", registers.path("format").asText());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tape",
                "libvirt:rar",
                "kdump:xz",
                "elf:64",
                "stream:x",
                "mapped-ram:x",
                "multifd:2"
            })
    void unknownFormatsAreWrongUsage(String format) throws IOException {
        assertRefused(convert(outputs.resolve("vm").toString(), format), 2, "--to");
        assertEquals(List.of(), written());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--channels=0",
                "--channels=256",
                "--compression=rar",
                "--level=x",
                "--zero-pages=maybe",
                "--xbzrle=on",
                "--uuid=1",
                "--qemu=seven"
            })
    void wrongValuesAreWrongUsage(String option) throws IOException {
        String name = option.substring(0, option.indexOf('='));
        assertRefused(convert(outputs.resolve("vm").toString(), "multifd", option), 2, name);
        assertEquals(List.of(), written());
    }
}
