package dev.ferry.tools.inspect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.Fixtures;
import dev.ferry.testdata.junit.FixtureSource;
import dev.ferry.tools.Ferry;
import dev.ferry.tools.FixtureFiles;
import dev.ferry.tools.cli.Terminal;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SummaryTest {

    /** Rows of a usual terminal. */
    private static final int SCREEN = 60;

    @TempDir Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"precopy-dirty-q10", "postcopy-q7", "libvirt-zstd-q10"})
    void summaryLooksAsKept(String name) throws IOException {
        String expected;
        try (InputStream golden = SummaryTest.class.getResourceAsStream(name + ".txt")) {
            assertTrue(golden != null, "no resource " + name + ".txt");
            expected = new String(golden.readAllBytes(), StandardCharsets.UTF_8);
        }
        Ferry.Result result =
                Ferry.run(
                        FixtureFiles.command(
                                Fixtures.named(name), directory, List.of("inspect"), "--digest"));
        assertEquals(expected, result.out().replace(directory + "/", ""));
    }

    @ParameterizedTest
    @FixtureSource
    void everyCaptureIsReadWholeAndFitsOnAScreen(Fixture fixture) throws IOException {
        Ferry.Result result =
                Ferry.run(FixtureFiles.command(fixture, directory, List.of("inspect")));
        assertEquals(0, result.code(), result::toString);
        assertEquals("", result.err());
        assertTrue(result.out().contains("Findings  none\n"), result::out);
        assertTrue(result.out().lines().count() < SCREEN, result::out);
    }

    @ParameterizedTest
    @FixtureSource
    void producersVersionIsWithinTheBoundsShown(Fixture fixture) throws IOException {
        JsonNode producer = Inspected.of(fixture, directory).at("/stream/producer");
        double version = number(fixture.qemuVersion());
        if (!producer.path("atLeast").isNull()) {
            assertTrue(number(producer.path("atLeast").asText()) <= version, producer::toString);
        }
        if (!producer.path("atMost").isNull()) {
            assertTrue(number(producer.path("atMost").asText()) >= version, producer::toString);
        }
    }

    private static double number(String version) {
        String[] parts = version.split("\\.", -1);
        return Integer.parseInt(parts[0]) * 1000 + Integer.parseInt(parts[1]);
    }

    @Test
    void listingsStandForTheSummary() throws IOException {
        Fixture fixture = Fixtures.named("postcopy-q10");
        Ferry.Result result =
                Ferry.run(
                        FixtureFiles.command(
                                fixture,
                                directory,
                                List.of("inspect"),
                                "--sections",
                                "--commands",
                                "--pages",
                                "--devices"));
        assertEquals(0, result.code(), result::toString);
        String out = result.out();
        assertTrue(!out.contains("Findings"), out);
        assertTrue(out.lines().anyMatch(l -> l.matches("0x[0-9a-f]+ +start +1 .*  ram v4")), out);
        assertTrue(
                out.lines().anyMatch(l -> l.matches("0x[0-9a-f]+ +PACKAGED +[0-9]+ bytes")), out);
        assertTrue(out.lines().anyMatch(l -> l.matches("0x[0-9a-f]+ +PING +0x1")), out);
        assertTrue(
                out.lines()
                        .anyMatch(
                                l -> l.matches("0x[0-9a-f]+  [0-9]+  0x[0-9a-f]+  pc.ram  plain")),
                out);
        assertTrue(out.lines().anyMatch(l -> l.matches("0x[0-9a-f]+ +12 +[0-9]+  cpu")), out);
    }

    @Test
    void deviceIsShownByName() throws IOException {
        Fixture fixture = Fixtures.named("precopy-smp4-q10");
        String stream = String.valueOf(fixture.unpack(directory).get(fixture.main()));
        String out = Ferry.run("inspect", stream, "--devices", "cpu/1").out();
        assertTrue(out.contains("cpu/1  version 12, "), out);
        assertTrue(out.contains("\n  env.eip  0xf044c\n"), out);
        assertTrue(!out.contains("cpu/2"), out);
    }

    @Test
    void wordBehindDevicesMayBeTheInput() throws IOException {
        Fixture fixture = Fixtures.named("precopy-smp4-q10");
        String stream = String.valueOf(fixture.unpack(directory).get(fixture.main()));
        assertEquals(
                Ferry.run("inspect", stream, "--devices").out(),
                Ferry.run("inspect", "--devices", stream).out());
    }

    @Test
    void colourIsOnlyForTerminals() throws IOException {
        Fixture fixture = Fixtures.named("precopy-s-q7");
        String stream = String.valueOf(fixture.unpack(directory).get(fixture.main()));
        Terminal coloured =
                new Terminal() {
                    @Override
                    public boolean output() {
                        return true;
                    }

                    @Override
                    public boolean errors() {
                        return false;
                    }

                    @Override
                    public boolean colour() {
                        return true;
                    }
                };
        ByteArrayInputStream in = new ByteArrayInputStream(new byte[0]);
        String plain = Ferry.run("inspect", stream).out();
        String colour = Ferry.run(in, coloured, "inspect", stream).out();
        assertTrue(!plain.contains("\u001b"), plain);
        assertTrue(colour.contains("\u001b[1m"), colour);
        assertEquals(plain, colour.replaceAll("\u001b\\[[0-9]*m", ""));
    }

    @Test
    void controlCharactersOfAStreamDoNotReachTheTerminal() throws IOException {
        Fixture fixture = Fixtures.named("precopy-s-q7");
        byte[] bytes = fixture.main().readAllBytes();
        // The machine's name stands behind header, tag and length.
        bytes[13] = 0x1b;
        Path file = Files.write(directory.resolve("evil"), bytes);
        String out = Ferry.run("inspect", file.toString()).out();
        assertTrue(out.contains("\\x1bc-i440fx-7.2"), out);
        assertTrue(!out.contains("\u001b"), out);
    }
}
