package dev.ferry.testdata;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FixtureTest {

    @Test
    void typedFactsAreThoseOfTheMetadata() {
        Fixture fixture = Fixtures.named("aarch64-virt26-q7");
        assertEquals("7.2.22", fixture.qemuVersion());
        assertEquals("aarch64", fixture.target());
        assertEquals(1024, fixture.targetPageSize());
        assertEquals(CaptureKind.TCP, fixture.kind());
        assertTrue(fixture.features().contains("1 KiB"), fixture::features);
    }

    @Test
    void namedIsTheListedInstance() {
        for (Fixture fixture : Fixtures.all()) {
            assertSame(fixture, Fixtures.named(fixture.name()));
        }
    }

    @Test
    void unknownNameIsRefused() {
        assertThrows(NoSuchElementException.class, () -> Fixtures.named("precopy"));
    }

    @Test
    void globSelectsByName() {
        assertEquals(
                List.of("savevm-q10", "savevm-q7"),
                Fixtures.matching("savevm-q*").stream().map(Fixture::name).toList());
    }

    @Test
    void capabilitiesAreThoseSwitchedOn() {
        assertEquals(
                Set.of("postcopy-ram", "postcopy-preempt"),
                Fixtures.named("postcopy-preempt-q10").capabilities());
    }

    @Test
    void multifdHasFurtherChannels() {
        Channels channels = Fixtures.named("multifd-zstd4-q7").channels();
        assertEquals("multifd-zstd4-q7.ch0.fwd.xz", channels.main().file());
        assertEquals(4, channels.further().size());
    }

    @Test
    void recoveredPostcopyHasTwoReturnPaths() {
        Channels channels = Fixtures.named("postcopy-recover-q10").channels();
        assertEquals("postcopy-recover-q10.ch1.rev", reverse(channels, 1).uncompressedName());
        assertEquals(32, reverse(channels, 0).bytes());
        assertTrue(channels.reverseOf(2).isEmpty());
    }

    @Test
    void containerHasNoChannels() {
        Fixture fixture = Fixtures.named("savevm-q7");
        assertThrows(IllegalStateException.class, fixture::channels);
        assertEquals(FileKind.QCOW2, fixture.main().kind());
        assertEquals(FixtureFile.NO_CHANNEL, fixture.main().channel());
    }

    @Test
    void sharedMemoryIsTheBlockThatDidNotTravel() {
        Fixture fixture = Fixtures.named("ignore-shared-q10");
        FixtureFile memory = fixture.sharedMemory().orElseThrow();
        RamBlockTruth block = fixture.ramBlock("mem0").orElseThrow();
        assertEquals(block.sha256(), memory.sha256());
        assertEquals(1, Fixtures.where(other -> other.sharedMemory().isPresent()).size());
    }

    @Test
    void fileIsOpenedByEitherName() throws IOException {
        Fixture fixture = Fixtures.named("none-q10");
        byte[] content = fixture.main().readAllBytes();
        try (InputStream plain = fixture.open("none-q10.mig");
                InputStream packed = fixture.open("none-q10.mig.xz")) {
            assertArrayEquals(content, plain.readAllBytes());
            assertArrayEquals(content, packed.readAllBytes());
        }
        assertEquals("QEVM", new String(content, 0, 4, StandardCharsets.US_ASCII));
        assertThrows(NoSuchElementException.class, () -> fixture.open("avr-q10.mig"));
    }

    @Test
    void unpackWritesEveryFile(@TempDir Path directory) throws IOException {
        Fixture fixture = Fixtures.named("switchover-ack-q10");
        Path target = directory.resolve("made/on/demand");
        for (int time = 1; time <= 2; time++) {
            Map<FixtureFile, Path> unpacked = fixture.unpack(target);
            assertEquals(fixture.files(), List.copyOf(unpacked.keySet()));
            for (Map.Entry<FixtureFile, Path> entry : unpacked.entrySet()) {
                assertEquals(target.resolve(entry.getKey().uncompressedName()), entry.getValue());
                assertEquals(entry.getKey().bytes(), Files.size(entry.getValue()));
            }
        }
    }

    @Test
    void analysisIsWhatTheScriptPrinted() {
        Analysis whole = Fixtures.named("avr-q10").analysis();
        assertTrue(whole.state().orElseThrow().has("globalstate (4)"));
        assertEquals(256, whole.desc().orElseThrow().required("page_size").intValue());
        Analysis described = Fixtures.named("xbzrle-q7").analysis();
        assertTrue(described.state().isEmpty());
        assertTrue(described.desc().isPresent());
        assertTrue(described.stateOutcome().contains("XBZRLE"), described::stateOutcome);
    }

    @Test
    void eventsTellWhenTheConnectionWasCut() {
        List<ChannelEvent> events = Fixtures.named("postcopy-recover-q10").events();
        assertEquals(new ChannelEvent(0, ChannelEvent.Type.OPEN, 0), events.getFirst());
        assertEquals(new ChannelEvent(0, ChannelEvent.Type.FORWARD, 396_591), events.get(1));
        assertEquals(
                1, events.stream().filter(event -> event.type() == ChannelEvent.Type.CUT).count());
    }

    private static FixtureFile reverse(Channels channels, int channel) {
        return channels.reverseOf(channel).orElseThrow();
    }
}
