package dev.ferry.stream.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ferry.stream.TruncatedStreamException;
import dev.ferry.stream.testing.ForwardSource;
import dev.ferry.stream.testing.SomeLimits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random sequences of calls, compared with a plain array. */
class WireInputPropertyTest {

    private static final int LENGTH = 700_000;

    /** What an input should do: an array, where we are in it, and where the region ends. */
    private static final class Model {
        final byte[] bytes;
        int at;
        long regionEnd = Long.MAX_VALUE;

        Model(byte[] bytes) {
            this.bytes = bytes;
        }

        ByteBuffer next() {
            return ByteBuffer.wrap(bytes, at, bytes.length - at);
        }

        boolean has(long n) {
            return n <= regionEnd - at && n <= bytes.length - at;
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void anySequenceOfCallsBehavesLikeAnArray(long seed) throws IOException {
        Random random = new Random(seed);
        byte[] bytes = new byte[LENGTH];
        random.nextBytes(bytes);
        int largest = seed % 3 == 0 ? 3 : seed % 3 == 1 ? 5000 : 300_000;
        ByteSource source =
                seed % 4 == 0
                        ? new MemorySource("m", bytes)
                        : ForwardSource.inRandomPieces(bytes, largest, random);
        WireInput in = new WireInput(source);
        Model model = new Model(bytes);
        int keptFrom = -1;
        for (int step = 0; step < 3000; step++) {
            String message = "seed " + seed + ", step " + step + ", offset " + model.at;
            assertEquals(model.at, in.offset(), message);
            int call = random.nextInt(14);
            int n = random.nextInt(10) == 0 ? random.nextInt(280_000) : random.nextInt(300);
            switch (call) {
                case 0 -> value(model, 1, message, () -> in.u8("x"), b -> b.get() & 0xff);
                case 1 -> value(model, 2, message, () -> in.u16("x"), b -> b.getShort() & 0xffff);
                case 2 ->
                        value(model, 4, message, () -> in.u32("x"), b -> b.getInt() & 0xffffffffL);
                case 3 -> value(model, 8, message, () -> in.u64("x"), ByteBuffer::getLong);
                case 4 -> {
                    if (model.has(n)) {
                        assertArrayEquals(
                                Arrays.copyOfRange(bytes, model.at, model.at + n),
                                in.bytes(n, "x"),
                                message);
                        model.at += n;
                    } else {
                        assertThrows(TruncatedStreamException.class, () -> in.bytes(n, "x"));
                        if (in.offset() != model.at) {
                            return;
                        }
                    }
                }
                case 5 -> {
                    if (model.has(n)) {
                        in.skip(n, "x");
                        model.at += n;
                    }
                }
                case 6 -> {
                    int ahead = Math.min(n, WireInput.BUFFER_BYTES - 1);
                    assertEquals(
                            model.has(ahead + 1L) ? bytes[model.at + ahead] & 0xff : -1,
                            in.peek(ahead),
                            message);
                }
                case 7 -> {
                    int wanted = Math.min(n, WireInput.BUFFER_BYTES);
                    ByteBuffer b = in.windowOrNull(wanted);
                    assertEquals(model.has(wanted), b != null, message);
                    if (b != null && wanted > 0) {
                        int taken = random.nextInt(wanted);
                        assertEquals(bytes[model.at + taken], b.get(b.position() + taken), message);
                        b.position(b.position() + taken);
                        model.at += taken;
                    }
                }
                case 8 -> {
                    if (model.regionEnd == Long.MAX_VALUE) {
                        in.confine(n, "x");
                        model.regionEnd = (long) model.at + n;
                    } else {
                        in.release(Long.MAX_VALUE);
                        model.regionEnd = Long.MAX_VALUE;
                    }
                }
                case 9 -> {
                    in.ensureSeekable(n, SomeLimits.spool(100_000, 1 << 24));
                    keptFrom = model.at;
                }
                case 10 -> {
                    if (keptFrom >= 0 && model.regionEnd == Long.MAX_VALUE) {
                        // What was kept is the whole stretch between, or the source seeks anyway.
                        model.at = seekBack(in, keptFrom, model.at);
                    }
                }
                case 11 -> assertEquals(!model.has(1), in.atEnd(), message);
                case 12 -> {
                    int length = model.has(1) ? bytes[model.at] & 0xff : 0;
                    if (model.has(1 + length)) {
                        ByteBuffer b = model.next();
                        byte[] text = new byte[length];
                        b.get(b.position() + 1, text);
                        assertArrayEquals(
                                text,
                                in.str8("x").getBytes(java.nio.charset.StandardCharsets.ISO_8859_1),
                                message);
                        model.at += 1 + length;
                    }
                }
                default -> {
                    ByteBuffer b = in.lookahead();
                    int expected =
                            (int)
                                    Math.min(
                                            WireInput.BUFFER_BYTES,
                                            Math.min(
                                                    bytes.length - model.at,
                                                    model.regionEnd - model.at));
                    for (int i = 0; i < expected; i += 1 + expected / 10) {
                        assertEquals(bytes[model.at + i], b.get(b.position() + i), message);
                    }
                }
            }
        }
    }

    private interface Reading<T> {
        T read() throws IOException;
    }

    private static void value(
            Model model,
            int width,
            String message,
            Reading<? extends Number> reading,
            java.util.function.Function<ByteBuffer, ? extends Number> expected)
            throws IOException {
        if (model.has(width)) {
            assertEquals(
                    expected.apply(model.next()).longValue(), reading.read().longValue(), message);
            model.at += width;
        } else {
            assertThrows(TruncatedStreamException.class, reading::read, message);
        }
    }

    /** Goes back where that is possible; it is not when reading went on behind what was kept. */
    private static int seekBack(WireInput in, int to, int from) throws IOException {
        try {
            in.seek(to);
            return to;
        } catch (IllegalArgumentException e) {
            return from;
        }
    }
}
