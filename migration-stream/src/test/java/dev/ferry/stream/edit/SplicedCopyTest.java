package dev.ferry.stream.edit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.TruncatedStreamException;
import dev.ferry.stream.io.ByteSource;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireOutput;
import dev.ferry.stream.testing.ForwardSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SplicedCopyTest {

    @TempDir Path directory;

    /** Random stretches of a random input, some zero, and what comes of it by simple means. */
    private static final class Case {
        private final byte[] before;
        private final byte[] after;
        private final Splices splices = new Splices();
        private final long[] offsets;
        private final long[] growth;

        Case(long seed, int size) {
            Random random = new Random(seed);
            before = new byte[random.nextInt(size)];
            random.nextBytes(before);
            for (int at = 0; at < before.length; at += random.nextInt(20_000)) {
                int zeros = Math.min(random.nextInt(20_000), before.length - at);
                Arrays.fill(before, at, at + zeros, (byte) 0);
                at += zeros;
            }
            ByteArrayOutputStream expected = new ByteArrayOutputStream();
            SpliceSeries one = new SpliceSeries(new byte[] {1, 2, 3}, "one");
            SpliceSeries two = new SpliceSeries(new byte[0], "two");
            List<Long> at = new ArrayList<>();
            List<Long> grown = new ArrayList<>();
            int from = 0;
            while (from < before.length) {
                int to = Math.min(before.length, from + random.nextInt(1 + size / 8));
                expected.write(before, from, to - from);
                at.add((long) to);
                grown.add((long) expected.size() - to);
                int length = Math.min(random.nextInt(300), before.length - to);
                switch (random.nextInt(4)) {
                    case 0 -> {
                        one.add(to, length);
                        expected.writeBytes(new byte[] {1, 2, 3});
                    }
                    case 1 -> two.add(to, length);
                    case 2 -> {
                        byte[] bytes = new byte[random.nextInt(9000)];
                        splices.replace(to, length, bytes, "single");
                        expected.writeBytes(bytes);
                    }
                    default -> expected.write(before, to, length);
                }
                from = to + Math.max(length, 1);
                if (length == 0 && to < before.length) {
                    expected.write(before, to, 1);
                }
            }
            splices.add(one);
            splices.add(two);
            after = expected.toByteArray();
            offsets = at.stream().mapToLong(Long::longValue).toArray();
            growth = grown.stream().mapToLong(Long::longValue).toArray();
        }
    }

    @Test
    void whatIsNotReplacedIsCopied() throws Exception {
        for (int seed = 0; seed < 300; seed++) {
            Case c = new Case(seed, seed % 10 == 0 ? 5_000_000 : 100_000);
            c.splices.requireDisjoint();
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            WireOutput out = new WireOutput(Channels.newChannel(bytes));
            ByteSource in =
                    seed % 2 == 0
                            ? new MemorySource("in", c.before)
                            : ForwardSource.inRandomPieces(c.before, 70_000, new Random(seed));
            SplicedCopy.copy(in, c.splices, out, done -> {});
            assertArrayEquals(c.after, bytes.toByteArray(), "seed " + seed);
            assertArrayEquals(
                    c.growth, c.splices.growthBefore(c.offsets), "growth with seed " + seed);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void holesReadAsZeros(int seed) throws IOException {
        Case c = new Case(seed, 3_000_000);
        Path file = directory.resolve("out");
        try (FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
            WireOutput out = new WireOutput(channel);
            out.bytes(new byte[seed * 100]);
            SplicedCopy.copy(new MemorySource("in", c.before), c.splices, out, done -> {});
        }
        byte[] expected = new byte[seed * 100 + c.after.length];
        System.arraycopy(c.after, 0, expected, seed * 100, c.after.length);
        assertArrayEquals(expected, Files.readAllBytes(file), "seed " + seed);
    }

    @Test
    void partsAreCopiedToo() throws IOException {
        byte[] bytes = new byte[3_000_000];
        new Random(1).nextBytes(bytes);
        ByteArrayOutputStream copy = new ByteArrayOutputStream();
        WireOutput out = new WireOutput(Channels.newChannel(copy));
        SplicedCopy.copy(new MemorySource("in", bytes), 2_500_000, out);
        SplicedCopy.copyFrom(new MemorySource("in", bytes), 2_500_000, out);
        assertArrayEquals(bytes, copy.toByteArray());
    }

    @Test
    void anInputThatBecameShorterIsNoticed() {
        Splices splices = new Splices();
        splices.remove(90, 20, "field x");
        TruncatedStreamException e =
                assertThrows(
                        TruncatedStreamException.class,
                        () ->
                                SplicedCopy.copy(
                                        new MemorySource("in", new byte[100]),
                                        splices,
                                        new WireOutput(
                                                Channels.newChannel(new ByteArrayOutputStream())),
                                        done -> {}));
        assertTrue(e.problem().startsWith("field x: "), e::problem);
    }

    @Test
    void aSeriesTakesFewBytesAndEndsSomewhere() {
        SpliceSeries series = new SpliceSeries(new byte[1], "many");
        long added = 0;
        while (!series.full()) {
            series.add(added * 4096, 7);
            added++;
        }
        assertTrue(added > SpliceSeries.MAX_BYTES / 4, "only " + added);
        SpliceReader reader = series.reader();
        long found = 0;
        for (@Nullable Splice next = reader.next(); next != null; next = reader.next()) {
            if (next.offset() != found * 4096 || next.length() != 7) {
                throw new AssertionError("splice " + found + " at " + next.offset());
            }
            found++;
        }
        assertEquals(added - 1, found);
        Splices splices = new Splices();
        assertTrue(splices.isEmpty());
        splices.add(new SpliceSeries(new byte[0], "none"));
        assertTrue(splices.isEmpty());
        splices.add(series);
        assertFalse(splices.isEmpty());
        assertEquals("many", splices.full());
    }
}
