package dev.ferry.stream.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.LimitExceededException;
import dev.ferry.stream.Limits;
import dev.ferry.stream.testing.ForwardSource;
import dev.ferry.stream.testing.Heap;
import dev.ferry.stream.testing.SomeLimits;
import java.io.IOException;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WireInputSeekTest {

    private static final int LENGTH = 1_000_003;
    private static final byte[] BYTES = random(LENGTH, 1);

    private static byte[] random(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** Kept in memory, partly in memory when a file takes over, and in a file from the start. */
    static Stream<Limits> spools() {
        return Stream.of(
                SomeLimits.spool(1 << 24, 1 << 24),
                SomeLimits.spool(300_000, 1 << 24),
                SomeLimits.spool(0, 1 << 24));
    }

    private static void assertNext(WireInput in, int offset, int length) throws IOException {
        assertEquals(offset, in.offset());
        assertArrayEquals(
                Arrays.copyOfRange(BYTES, offset, offset + length),
                in.bytes(length, "bytes at " + offset));
    }

    @Test
    void seekableSourceStaysAsItIs() throws IOException {
        MemorySource source = new MemorySource("m", BYTES);
        WireInput in = new WireInput(source);
        in.ensureSeekable(Limits.DEFAULT);
        assertEquals(source, in.source());
        in.seek(900_000);
        assertNext(in, 900_000, 10);
        in.seek(3);
        assertNext(in, 3, 10);
        in.seek(LENGTH);
        assertTrue(in.atEnd());
    }

    @ParameterizedTest
    @MethodSource("spools")
    void forwardSourceCanBeKeptWhole(Limits limits) throws IOException {
        ForwardSource source = ForwardSource.inPieces(BYTES, 65_521);
        try (WireInput in = new WireInput(source)) {
            assertNext(in, 0, 1000);
            in.ensureSeekable(limits);
            assertEquals(OptionalLong.of(LENGTH), in.size());
            assertNext(in, 1000, 700_000);
            in.seek(1000);
            assertNext(in, 1000, 10);
            in.seek(LENGTH - 5);
            assertNext(in, LENGTH - 5, 5);
            assertTrue(in.atEnd());
            in.seek(400_000);
            in.skip(200_000, "on");
            assertNext(in, 600_000, 100);
        }
        assertTrue(source.closed());
    }

    @ParameterizedTest
    @MethodSource("spools")
    void partCanBeKeptAndReadingGoesOnBehindIt(Limits limits) throws IOException {
        ForwardSource source = ForwardSource.inPieces(BYTES, 65_521);
        try (WireInput in = new WireInput(source)) {
            assertNext(in, 0, 1000);
            in.ensureSeekable(400_000, limits);
            assertNext(in, 1000, 400_000);
            in.seek(1000);
            assertNext(in, 1000, 200_000);
            in.seek(2000);
            in.skip(399_000, "to the part's end");
            assertNext(in, 401_000, LENGTH - 401_000);
            assertTrue(in.atEnd());
        }
    }

    @ParameterizedTest
    @MethodSource("spools")
    void partsCanBeKeptAgainAndAgain(Limits limits) throws IOException {
        Random random = new Random(7);
        WireInput in = new WireInput(ForwardSource.inRandomPieces(BYTES, 100_000, random));
        int at = 0;
        while (at < LENGTH - 90_000) {
            int length = random.nextInt(90_000);
            in.ensureSeekable(length, limits);
            assertNext(in, at, length);
            in.seek(at);
            int some = length == 0 ? 0 : random.nextInt(length);
            assertNext(in, at, some);
            at += some;
        }
        in.ensureSeekable(limits);
        assertNext(in, at, LENGTH - at);
        in.seek(at);
        assertNext(in, at, LENGTH - at);
        in.close();
    }

    @Test
    void keepingManyPartsPilesUpNothing() throws Exception {
        WireInput in = new WireInput(ForwardSource.of(new byte[200_000]));
        // Each part is tiny; layers upon layers would overflow the stack, or the heap before.
        long allocated =
                Heap.allocatedBy(() -> {
                    for (int i = 0; i < 100_000; i++) {
                        in.ensureSeekable(2, Limits.DEFAULT);
                        in.skip(2, "part");
                    }
                });
        assertTrue(in.atEnd());
        assertTrue(allocated < 16 << 20, "allocated " + allocated);
    }

    @Test
    void whatFollowsThePartIsNotKept() throws IOException {
        WireInput in = new WireInput(ForwardSource.inPieces(BYTES, 4096));
        in.ensureSeekable(10, Limits.DEFAULT);
        in.skip(900_000, "far beyond");
        assertThrows(IllegalArgumentException.class, () -> in.seek(0));
        assertFalse(in.source().seekable());
    }

    @Test
    void forwardSourceThatWasNotKeptCannotSeek() {
        WireInput in = new WireInput(ForwardSource.of(BYTES));
        assertThrows(UnsupportedOperationException.class, () -> in.seek(999_999));
    }

    @Test
    void whatIsKeptHasALimit() throws IOException {
        WireInput in = new WireInput(ForwardSource.inPieces(BYTES, 1000));
        in.skip(10, "start");
        LimitExceededException e =
                assertThrows(
                        LimitExceededException.class,
                        () -> in.ensureSeekable(SomeLimits.spool(1000, 500_000)));
        assertEquals(
                "input that cannot seek: more than the limit of 500000 bytes to keep", e.problem());
    }

    @Test
    void keepingMoreThanThereIsKeepsWhatThereIs() throws IOException {
        WireInput in = new WireInput(ForwardSource.of(Arrays.copyOf(BYTES, 100)));
        in.ensureSeekable(1L << 40, Limits.DEFAULT);
        assertEquals(OptionalLong.of(100), in.size());
        assertNext(in, 0, 100);
        in.seek(0);
        assertNext(in, 0, 100);
        assertTrue(in.atEnd());
    }

    @Test
    void lyingLengthToKeepCostsNoMoreThanWhatArrives() throws Exception {
        WireInput in = new WireInput(ForwardSource.of(Arrays.copyOf(BYTES, 100)));
        long allocated = Heap.allocatedBy(() -> in.ensureSeekable(Long.MAX_VALUE, Limits.DEFAULT));
        assertTrue(allocated < 1 << 20, "allocated " + allocated);
    }
}
