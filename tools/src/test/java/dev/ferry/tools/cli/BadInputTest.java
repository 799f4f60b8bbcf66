package dev.ferry.tools.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.Fixtures;
import dev.ferry.tools.Ferry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is wrong with the input, for every verb that reads one. */
class BadInputTest {

    @TempDir Path directory;

    private static void assertFails(Ferry.Result result, int code, String message) {
        assertAll(
                () -> assertEquals(code, result.code(), result::toString),
                () -> assertTrue(result.err().startsWith("ferry: "), result::toString),
                () -> assertTrue(result.err().contains(message), result::toString),
                () -> assertEquals(1, result.err().lines().count(), result::err));
    }

    private Ferry.Result run(String verb, Path file) {
        String path = file.toString();
        return switch (verb) {
            case "extract" -> Ferry.run("extract", path, "--block", "pc.ram");
            case "json" -> Ferry.run("inspect", "--json", path);
            default -> Ferry.run(verb, path);
        };
    }

    private Path file(byte[] bytes) throws IOException {
        return Files.write(directory.resolve("input"), bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"inspect", "json", "verify", "extract"})
    void missingFileIsAnInputOutputFailure(String verb) {
        Ferry.Result result = run(verb, directory.resolve("none"));
        assertFails(result, 5, "none: no such file or directory");
        assertEquals("", result.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"inspect", "json", "verify", "extract"})
    void directoryIsNoInput(String verb) {
        assertFails(run(verb, directory), 5, ": is a directory");
    }

    @ParameterizedTest
    @ValueSource(strings = {"inspect", "json", "verify", "extract"})
    void emptyFileIsTruncated(String verb) throws IOException {
        assertFails(run(verb, file(new byte[0])), 3, "the input ends after 0 bytes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"inspect", "json", "verify", "extract"})
    void garbageIsMalformed(String verb) throws IOException {
        byte[] garbage =
                "This is no stream at all, whatever it may be.".getBytes(StandardCharsets.US_ASCII);
        assertFails(run(verb, file(garbage)), 3, "expected a migration stream");
    }

    @ParameterizedTest
    @ValueSource(strings = {"inspect", "json", "verify", "extract"})
    void knownOtherFormatIsCalledByItsName(String verb) throws IOException {
        byte[] elf = Arrays.copyOf(new byte[] {0x7f, 'E', 'L', 'F'}, 4096);
        assertFails(run(verb, file(elf)), 4, "an ELF file");
    }

    @Test
    void unreadableStreamVersionIsNotSupported() throws IOException {
        byte[] old = {'Q', 'E', 'V', 'M', 0, 0, 0, 2};
        assertFails(run("inspect", file(old)), 4, "stream version: expected 3, found 2 (too old");
    }

    @ParameterizedTest
    @CsvSource({"inspect,3", "json,3", "verify,3", "extract,3"})
    void cutStreamIsTruncated(String verb, int code) throws IOException {
        byte[] whole = Fixtures.named("precopy-paused-q10").main().readAllBytes();
        Path file = file(Arrays.copyOf(whole, 300_000));
        Ferry.Result result = run(verb, file);
        assertEquals(code, result.code(), result::toString);
        assertTrue((result.out() + result.err()).contains("0x4"), result::toString);
    }

    @Test
    void inspectShowsWhatStandsBeforeTheDamage() throws IOException {
        byte[] whole = Fixtures.named("precopy-paused-q10").main().readAllBytes();
        Path file = file(Arrays.copyOf(whole, 300_000));
        Ferry.Result result = Ferry.run("inspect", file.toString());
        assertAll(
                () -> assertTrue(result.out().contains("pc-q35-10.0"), result::out),
                () -> assertTrue(result.out().contains("pc.ram"), result::out),
                () -> assertTrue(result.out().contains("error at 0x"), result::out),
                () -> assertEquals(1, result.err().lines().count(), result::err));
    }

    @Test
    void extractOfACutStreamLeavesNoFile() throws IOException {
        byte[] whole = Fixtures.named("precopy-paused-q10").main().readAllBytes();
        Path file = file(Arrays.copyOf(whole, 300_000));
        Path target = directory.resolve("ram");
        Ferry.Result result =
                Ferry.run("extract", file.toString(), "--block", "pc.ram", "-o", target.toString());
        assertEquals(3, result.code());
        assertFalse(Files.exists(target));
        try (var files = Files.list(directory)) {
            assertEquals(1, files.count(), "only the input is left");
        }
    }

    @Test
    void multifdChannelAloneIsNotAStream() throws IOException {
        Fixture fixture = Fixtures.named("multifd-none2-q10");
        fixture.unpack(directory);
        assertFails(
                run("inspect", directory.resolve("multifd-none2-q10.ch1.fwd")),
                4,
                "a further multifd channel; it belongs to a main channel");
    }

    @Test
    void sameMultifdChannelTwiceIsRefused() throws IOException {
        Fixture fixture = Fixtures.named("multifd-none2-q10");
        fixture.unpack(directory);
        String main = directory.resolve("multifd-none2-q10.ch0.fwd").toString();
        String channel = directory.resolve("multifd-none2-q10.ch1.fwd").toString();
        assertFails(
                Ferry.run("inspect", main, "--channel", channel, "--channel", channel),
                3,
                "multifd channel id 0: already taken by channel 1");
    }

    @Test
    void secondMainChannelIsRefused() throws IOException {
        Fixture fixture = Fixtures.named("precopy-s-q7");
        String main = String.valueOf(fixture.unpack(directory).get(fixture.main()));
        assertFails(
                Ferry.run("inspect", main, "--channel", main),
                3,
                "a second stream header; one main channel is expected");
    }

    @Test
    void missingChannelFileIsNamed() throws IOException {
        Fixture fixture = Fixtures.named("precopy-s-q7");
        String main = String.valueOf(fixture.unpack(directory).get(fixture.main()));
        assertFails(
                Ferry.run("inspect", main, "--channel", directory.resolve("none").toString()),
                5,
                "none: no such file or directory");
    }

    @Test
    void unknownSnapshotIsAnsweredByAList() throws IOException {
        Fixture fixture = Fixtures.named("savevm-q10");
        String image = String.valueOf(fixture.unpack(directory).get(fixture.main()));
        Ferry.Result result = Ferry.run("inspect", image, "--snapshot", "nope");
        assertEquals(4, result.code(), result::toString);
        assertTrue(result.err().contains("snap1"), result::err);
    }

    @Test
    void oneBadInputAmongSeveralHidesNoOther() throws IOException {
        Fixture fixture = Fixtures.named("precopy-s-q7");
        String good = String.valueOf(fixture.unpack(directory).get(fixture.main()));
        Ferry.Result result =
                Ferry.run("inspect", "--json", directory.resolve("none").toString(), good, good);
        assertEquals(5, result.code());
        assertEquals(2, result.out().lines().count());
    }

    @Test
    void standardInputIsRead() throws IOException {
        Fixture fixture = Fixtures.named("precopy-dirty-q10");
        byte[] bytes = fixture.main().readAllBytes();
        Path file = file(bytes);
        String direct = Ferry.run("inspect", "--json", "--digest", file.toString()).out();
        Ferry.Result piped =
                Ferry.run(
                        new ByteArrayInputStream(bytes),
                        Terminal.NONE,
                        "inspect",
                        "--json",
                        "--digest",
                        "-");
        assertEquals(0, piped.code(), piped::err);
        assertEquals(
                direct.replace(file.toString(), "-")
                        .replaceFirst("\"bytes\":[0-9]+", "\"bytes\":null"),
                piped.out());
    }

    @Test
    void failingMediumIsAnInputOutputFailure() {
        InputStream failing =
                new InputStream() {
                    @Override
                    public int read() throws IOException {
                        throw new IOException("the disk is gone");
                    }

                    @Override
                    public int read(byte[] bytes, int offset, int length) throws IOException {
                        return read();
                    }
                };
        Ferry.Result result = Ferry.run(failing, Terminal.NONE, "inspect", "-");
        assertFails(result, 5, "the disk is gone");
    }

    @Test
    void debugShowsWhereAnErrorArose() {
        Ferry.Result result = Ferry.run("inspect", "--debug", directory.resolve("none").toString());
        assertEquals(5, result.code());
        assertTrue(result.err().contains("\tat dev.ferry.tools."), result::err);
    }
}
