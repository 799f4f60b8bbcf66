package dev.ferry.stream.container;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.LimitExceededException;
import dev.ferry.stream.Limits;
import dev.ferry.stream.StreamException;
import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.Fixtures;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Qcow2SnapshotTest {

    private static final byte[] CONTENT = SampleStream.bytes(300_000);

    /** Sizes and digests come from an extraction in a few lines of Python, made for this test. */
    @ParameterizedTest
    @CsvSource({
        "savevm-q7, 65536, 1048576, 0x20000000, 966277,"
                + " a3052be0a0f5b28d00f26ec080d02f935e3b453e19ecdfed8d581ac96ccc24af",
        "savevm-q10, 4096, 2097152, 0x200000, 939296,"
                + " 917aeeb89e56da0b11adafc9061e5d98daf7e5b65428d3eea27d9f97be16359b"
    })
    void realSnapshotsOpen(
            String name, int clusterSize, long diskSize, String offset, long size, String sha256)
            throws IOException, NoSuchAlgorithmException {
        Fixture fixture = Fixtures.named(name);
        try (OpenedInput input = Samples.open(fixture.main().readAllBytes())) {
            Qcow2Snapshot snapshot = assertInstanceOf(Qcow2Snapshot.class, input.container());
            assertEquals(3, snapshot.version());
            assertEquals(clusterSize, snapshot.clusterSize());
            assertEquals(diskSize, snapshot.virtualSize());
            assertEquals(Long.decode(offset), snapshot.vmStateOffset());
            assertEquals(size, snapshot.vmStateSize());
            assertFalse(snapshot.dirty() || snapshot.corrupt() || snapshot.extendedL2());
            assertEquals(1, snapshot.snapshots().size());
            Qcow2SnapshotEntry chosen = snapshot.chosen();
            assertEquals("snap1", chosen.name());
            assertEquals("1", chosen.id());
            assertEquals(OptionalLong.of(diskSize), chosen.diskSize());
            assertEquals(OptionalLong.empty(), chosen.icount());
            assertTrue(chosen.date().isAfter(Instant.parse("2026-11-22T13:32:04Z")));
            assertTrue(chosen.date().isBefore(Instant.parse("2026-11-22T13:32:07Z")));
            assertEquals(41, chosen.vmClockNanos() / 1_000_000);
            byte[] stream = Samples.drain(input.stream());
            assertEquals(
                    sha256,
                    HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(stream)));
            LibvirtSaveImageTest.assertSectionsBeginWhereSeen(fixture, stream);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"savevm-q7", "savevm-q10"})
    void theStateSeeks(String name) throws IOException {
        try (OpenedInput input = Samples.open(Fixtures.named(name).main().readAllBytes())) {
            assertTrue(input.stream().seekable());
            byte[] stream = Samples.drain(input.stream());
            assertEquals(stream.length, input.stream().size().orElseThrow());
            for (int offset : new int[] {0, 1, 4095, 4096, 65_535, 700_001, stream.length}) {
                input.stream().position(offset);
                assertArrayEquals(
                        Arrays.copyOfRange(stream, offset, stream.length),
                        Samples.drain(input.stream()));
            }
        }
    }

    @Test
    void anImageFromAPipeIsSpooled() throws IOException {
        byte[] image = Fixtures.named("savevm-q10").main().readAllBytes();
        byte[] right = Samples.stream(image);
        Limits d = Limits.DEFAULT;
        for (int inMemory : new int[] {d.spoolMemoryBytes(), 100_000}) {
            Limits limits = spool(inMemory, d.spoolBytes());
            try (OpenedInput input =
                    Containers.open(
                            "pipe",
                            new ByteArrayInputStream(image),
                            OpenOptions.DEFAULT.withLimits(limits))) {
                assertTrue(input.stream().seekable());
                assertArrayEquals(right, Samples.drain(input.stream()));
            }
        }
        LimitExceededException e =
                assertThrows(
                        LimitExceededException.class,
                        () ->
                                Containers.open(
                                        "pipe",
                                        new ByteArrayInputStream(image),
                                        OpenOptions.DEFAULT.withLimits(spool(1000, 500_000))));
        assertEquals(
                "input that cannot seek: more than the limit of 500000 bytes to keep", e.problem());
    }

    private static Limits spool(int inMemory, long inAll) {
        return Limits.DEFAULT.withSpool(inMemory, inAll);
    }

    @ParameterizedTest
    @ValueSource(strings = {"xz", "gzip", "bzip2", "zstd", "lzop"})
    void aWrappedImageIsUnpackedFirst(String tool) throws IOException {
        Tool.require(tool);
        byte[] image = Fixtures.named("savevm-q7").main().readAllBytes();
        try (OpenedInput input = Samples.open(Tool.filter(image, tool, "-c"))) {
            assertEquals(tool, input.compression().label());
            assertInstanceOf(Qcow2Snapshot.class, input.container());
            assertArrayEquals(Samples.stream(image), Samples.drain(input.stream()));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "deflate-4k",
                "deflate-v2-4k",
                "deflate-64k",
                "zstd-4k",
                "plain-512",
                "subclusters-deflate-16k"
            })
    void everyKindOfClusterIsRead(String sample) throws IOException {
        assertArrayEquals(CONTENT, Samples.stream(Samples.unxzResource(sample + ".qcow2.xz")));
    }

    @Test
    void zeroClustersAreZero() throws IOException {
        byte[] right = CONTENT.clone();
        Arrays.fill(right, 9 * 4096, 10 * 4096, (byte) 0);
        Arrays.fill(right, 13 * 4096, 14 * 4096, (byte) 0);
        assertArrayEquals(right, Samples.stream(Samples.unxzResource("zero-4k.qcow2.xz")));
    }

    @Test
    void subclustersAreAllocatedZeroOrNothing() throws IOException {
        byte[] right = CONTENT.clone();
        Arrays.fill(right, 5 * 16384 + 1024, 5 * 16384 + 1536, (byte) 0);
        Arrays.fill(right, 9 * 16384, 10 * 16384, (byte) 0);
        Arrays.fill(right, 11 * 16384, 12 * 16384, (byte) 0);
        byte[] image = Samples.unxzResource("subclusters-16k.qcow2.xz");
        try (OpenedInput input = Samples.open(image)) {
            assertTrue(((Qcow2Snapshot) input.container()).extendedL2());
            assertArrayEquals(right, Samples.drain(input.stream()));
        }
    }

    private static OpenedInput open(byte[] image, String snapshot) throws IOException {
        return Containers.open(
                new MemorySource("memory", image), OpenOptions.DEFAULT.withSnapshot(snapshot));
    }

    @ParameterizedTest
    @CsvSource({"first, first", "second, second", "1, first", "2, second", "4, 4", "3, 4"})
    void aSnapshotIsChosenByNameElseById(String wanted, String name) throws IOException {
        byte[] image = Samples.unxzResource("three-snapshots.qcow2.xz");
        try (OpenedInput input = open(image, wanted)) {
            Qcow2Snapshot snapshot = (Qcow2Snapshot) input.container();
            assertEquals(4, snapshot.snapshots().size());
            assertEquals(name, snapshot.chosen().name());
            byte[] stream = Samples.drain(input.stream());
            assertEquals(snapshot.vmStateSize(), stream.length);
            assertEquals('}', stream[stream.length - 1]);
        }
    }

    private static String refusal(byte[] image, String wanted) {
        return assertThrows(UnsupportedStreamException.class, () -> open(image, wanted)).problem();
    }

    @Test
    void severalSnapshotsAreListed() throws IOException {
        byte[] image = Samples.unxzResource("three-snapshots.qcow2.xz");
        String listed =
                assertThrows(UnsupportedStreamException.class, () -> Samples.open(image)).problem();
        assertTrue(
                listed.startsWith(
                        "qcow2 image: several snapshots have VM state, choose one: 1 'first' of"
                                + " 2026-11-22T15:17:20."),
                listed);
        assertTrue(listed.contains("; 3 '4' of "), listed);
        assertFalse(listed.contains("disk-only"), listed);
        assertTrue(refusal(image, "fourth").startsWith("qcow2 image: no snapshot 'fourth', there"));
        assertTrue(refusal(image, "disk-only").contains("has the disk only, without VM state"));
    }

    @Test
    void anImageWithoutVmStateIsRefused() throws IOException {
        byte[] image = Fixtures.named("savevm-q7").main().readAllBytes();
        Qcow2Bytes none = new Qcow2Bytes(image.clone()).putInt(60, 0);
        assertEquals(
                "qcow2 image: expected an internal snapshot with VM state, found no snapshot",
                none.fails(UnsupportedStreamException.class).problem());
        Qcow2Bytes diskOnly = new Qcow2Bytes(image);
        diskOnly.putLong(diskOnly.entry() + 40, 0);
        assertTrue(
                diskOnly.fails(UnsupportedStreamException.class)
                        .problem()
                        .startsWith("qcow2 image: expected a snapshot with VM state, found only"));
    }

    @Test
    void seedsOfDamageNeverEscapeAsAnythingElse() throws IOException {
        for (String sample :
                new String[] {"three-snapshots", "deflate-4k", "zstd-4k", "subclusters-16k"}) {
            byte[] image = Samples.unxzResource(sample + ".qcow2.xz");
            if (sample.equals("three-snapshots")) {
                new Qcow2Bytes(image).putLong(new Qcow2Bytes(image).entry() + 40, 0);
            }
            Damage.sweep(image, 300, 1 << 20, 20_261_124);
        }
    }

    @Test
    void truncationsOfARealImageEndInOurErrors() throws IOException {
        byte[] image = Fixtures.named("savevm-q10").main().readAllBytes();
        byte[] right = Samples.stream(image);
        for (int length = 0; length < image.length; length += 1 + length / 40) {
            StreamException e =
                    Damage.readCutShort(Arrays.copyOf(image, length), right, "cut to " + length);
            assertTrue(e != null || length > image.length / 2, "cut to " + length);
        }
    }
}
