package dev.ferry.stream.ram;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.MigrationReader;
import dev.ferry.stream.ReaderOptions;
import dev.ferry.stream.Recordings;
import dev.ferry.stream.testing.WireBytes;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.junit.FixtureSource;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class XbzrleEncoderTest {

    private static final int PAGE = 4096;

    /** The delta, at odd places in buffers of its own; null for an overflow. */
    private static byte[] encode(byte[] old, byte[] fresh, byte[] onOverflow) {
        ByteBuffer a = ByteBuffer.allocateDirect(old.length + 3).put(3, old);
        ByteBuffer b = ByteBuffer.allocate(old.length + 8).put(5, fresh);
        ByteBuffer delta = ByteBuffer.allocateDirect(old.length);
        int length = new XbzrleEncoder(old.length).encode(a, 3, b, 5, delta);
        if (length == XbzrleEncoder.OVERFLOW) {
            return onOverflow;
        }
        byte[] bytes = new byte[length];
        delta.get(0, bytes);
        return bytes;
    }

    /** The rule itself, a byte at a time; {@code onOverflow} if it does not fit. */
    private static byte[] asSpecified(byte[] old, byte[] fresh, byte[] onOverflow) {
        int size = old.length;
        WireBytes out = WireBytes.of();
        int i = 0;
        while (i < size) {
            if (out.size() + 2 > size) {
                return onOverflow;
            }
            int keep = i;
            while (keep < size && old[keep] == fresh[keep]) {
                keep++;
            }
            if (keep == size) {
                break;
            }
            int end = keep;
            while (end < size && old[end] != fresh[end]) {
                end++;
            }
            if (Math.max(keep - i, end - keep) > 0x3fff) {
                return onOverflow;
            }
            count(out, keep - i);
            if (out.size() + 2 > size) {
                return onOverflow;
            }
            count(out, end - keep);
            if (out.size() + end - keep > size) {
                return onOverflow;
            }
            out.raw(fresh, keep, end - keep);
            i = end;
        }
        return out.bytes();
    }

    private static void count(WireBytes out, int n) {
        if (n < 0x80) {
            out.u8(n);
        } else {
            out.u8((n & 0x7f) | 0x80).u8(n >> 7);
        }
    }

    @Test
    void whatQemuWroteOnce() {
        byte[] old = new byte[PAGE];
        byte[] fresh = new byte[PAGE];
        fresh[0] = 0x6a;
        fresh[1] = 0x15;
        fresh[0x800] = 0x6a;
        fresh[0x801] = 0x15;
        assertArrayEquals(
                WireBytes.hex("00 02 6a15 fe0f 02 6a15"), encode(old, fresh, new byte[1]));
    }

    @Test
    void nothingIsSentIfNothingChanged() {
        byte[] page = new byte[PAGE];
        new Random(3).nextBytes(page);
        assertEquals(0, encode(page, page.clone(), new byte[1]).length);
    }

    @Test
    void everyOtherByteOverflows() {
        byte[] fresh = new byte[PAGE];
        for (int i = 0; i < PAGE; i += 2) {
            fresh[i] = 1;
        }
        byte[] overflow = new byte[1];
        assertTrue(encode(new byte[PAGE], fresh, overflow) == overflow);
    }

    @Test
    void pagesAreMultiplesOfEight() {
        assertThrows(IllegalArgumentException.class, () -> new XbzrleEncoder(4095));
    }

    @ParameterizedTest
    @ValueSource(ints = {256, 1024, 4096, 8192, 16384, 32768, 65536})
    void deltasAreThoseOfTheRuleAndAreReadBack(int pageSize) throws MalformedPageException {
        byte[] overflow = new byte[1];
        int overflows = 0;
        int deltas = 0;
        for (long seed = 0; seed < 600; seed++) {
            Random random = new Random(seed);
            byte[] old = new byte[pageSize];
            random.nextBytes(old);
            byte[] fresh = changed(old, random);
            byte[] delta = encode(old, fresh, overflow);
            byte[] expected = asSpecified(old, fresh, overflow);
            assertArrayEquals(expected, delta, "seed " + seed);
            if (delta == overflow) {
                overflows++;
                continue;
            }
            deltas++;
            byte[] memory = old.clone();
            Xbzrle.apply(
                    MemorySegment.ofArray(delta),
                    0,
                    delta.length,
                    MemorySegment.ofArray(memory),
                    0,
                    pageSize);
            assertArrayEquals(fresh, memory, "seed " + seed);
        }
        assertTrue(overflows > 20, "overflows: " + overflows);
        assertTrue(deltas > 200, "deltas: " + deltas);
    }

    /** From one changed byte to a page of noise, in runs short and long. */
    private static byte[] changed(byte[] old, Random random) {
        byte[] page = old.clone();
        if (random.nextInt(5) == 0) {
            // Many short runs: about as long as a page, or longer.
            int end = page.length / 2 + random.nextInt(page.length / 2);
            for (int i = 0; i < end; i++) {
                page[i] ^= (byte) (i % 2 == 0 || random.nextInt(32) == 0 ? 1 : 0);
            }
            return page;
        }
        int changes = 1 << random.nextInt(12);
        int longest = Math.max(1, (2 * page.length / changes) >> random.nextInt(8));
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(page.length);
            int length = Math.min(page.length - at, 1 + random.nextInt(longest));
            for (int k = 0; k < length; k++) {
                page[at + k] = (byte) (random.nextInt(16) == 0 ? page[at + k] : random.nextInt());
            }
        }
        return page;
    }

    /** Encodes each delta of a stream again, from what the receiver has before and after. */
    private static final class Deltas implements PageSink {
        private final RamImage image = new RamImage();
        private final ByteBuffer delta = ByteBuffer.allocate(PAGE);
        private int pageSize;
        private int seen;

        @Override
        public void blocks(List<RamBlock> blocks, int size) throws IOException {
            image.blocks(blocks, size);
            pageSize = size;
        }

        @Override
        public void pages(PageRun run) throws MalformedPageException {
            if (run.encoding() != PageRun.Encoding.XBZRLE) {
                image.pages(run);
                return;
            }
            MemorySegment memory = image.image(run.block()).memory();
            byte[] old = page(memory, run.offset());
            image.pages(run);
            byte[] fresh = page(memory, run.offset());
            int length =
                    new XbzrleEncoder(pageSize)
                            .encode(ByteBuffer.wrap(old), 0, ByteBuffer.wrap(fresh), 0, delta);
            byte[] captured = new byte[run.encodedLength()];
            run.data().get(run.dataIndex(), captured);
            assertArrayEquals(captured, Arrays.copyOf(delta.array(), Math.max(0, length)));
            seen++;
        }

        private byte[] page(MemorySegment memory, long offset) {
            return memory.asSlice(offset, pageSize).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    @ParameterizedTest
    @FixtureSource(name = "xbzrle-*")
    void deltasAreThoseThatQemuMade(Fixture fixture) throws IOException {
        Deltas deltas = new Deltas();
        try (deltas.image;
                MigrationReader reader =
                        Recordings.open(fixture, ReaderOptions.DEFAULT.withPages(deltas))) {
            Recordings.items(reader);
        }
        assertTrue(deltas.seen > 10, deltas.seen + " deltas");
    }
}
