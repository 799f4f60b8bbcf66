package dev.ferry.stream.ram;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Deltas of an encoder written from the format's description alone. */
class XbzrlePropertyTest {

    @ParameterizedTest
    @ValueSource(ints = {256, 1024, 4096, 8192, 16384})
    void whatIsEncodedIsDecoded(int pageSize) throws MalformedPageException {
        for (long seed = 0; seed < 400; seed++) {
            Random random = new Random(seed);
            byte[] old = new byte[pageSize];
            random.nextBytes(old);
            byte[] fresh = changed(old, random);
            byte[] delta = encode(old, fresh);
            byte[] memory = old.clone();
            apply(delta, memory);
            assertArrayEquals(fresh, memory, "seed " + seed);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {256, 4096})
    void damageIsRefusedOrStaysWithinThePage(int pageSize) {
        int refused = 0;
        for (long seed = 0; seed < 2000; seed++) {
            Random random = new Random(seed);
            byte[] old = new byte[pageSize];
            byte[] delta = encode(old, changed(old, random));
            if (delta.length == 0) {
                continue;
            }
            int where = random.nextInt(delta.length);
            delta[where] ^= (byte) (1 << random.nextInt(8));
            byte[] around = new byte[3 * pageSize];
            try {
                Xbzrle.apply(
                        MemorySegment.ofArray(delta),
                        0,
                        random.nextBoolean() ? delta.length : where,
                        MemorySegment.ofArray(around),
                        pageSize,
                        pageSize);
            } catch (MalformedPageException e) {
                refused++;
            } catch (RuntimeException e) {
                fail("seed " + seed, e);
            }
            byte[] none = new byte[pageSize];
            assertArrayEquals(none, Arrays.copyOf(around, pageSize), "seed " + seed);
            assertArrayEquals(
                    none, Arrays.copyOfRange(around, 2 * pageSize, 3 * pageSize), "seed " + seed);
        }
        assertTrue(refused > 100, "only " + refused + " were refused");
    }

    private static void apply(byte[] delta, byte[] memory) throws MalformedPageException {
        Xbzrle.apply(
                MemorySegment.ofArray(delta),
                0,
                delta.length,
                MemorySegment.ofArray(memory),
                0,
                memory.length);
    }

    private static byte[] changed(byte[] old, Random random) {
        byte[] page = old.clone();
        int changes = random.nextInt(20);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(page.length);
            int length = Math.min(page.length - at, 1 + random.nextInt(1 << random.nextInt(10)));
            for (int k = 0; k < length; k++) {
                page[at + k] = (byte) random.nextInt();
            }
        }
        return page;
    }

    private static byte[] encode(byte[] old, byte[] fresh) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int at = 0;
        while (true) {
            int keep = at;
            while (keep < old.length && old[keep] == fresh[keep]) {
                keep++;
            }
            if (keep == old.length) {
                return out.toByteArray();
            }
            count(out, keep - at);
            int end = keep;
            while (end < old.length && old[end] != fresh[end] && end - keep < 0x3fff) {
                end++;
            }
            count(out, end - keep);
            out.write(fresh, keep, end - keep);
            at = end;
        }
    }

    private static void count(ByteArrayOutputStream out, int n) {
        if (n < 0x80) {
            out.write(n);
        } else {
            out.write((n & 0x7f) | 0x80);
            out.write(n >> 7);
        }
    }
}
