package dev.ferry.stream.container;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.ferry.stream.StreamException;
import dev.ferry.stream.io.ByteSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;

/** What damaged files may lead to: one of our exceptions, or bytes; never anything else. */
final class Damage {

    private Damage() {}

    static RandomGenerator random(long seed) {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    /**
     * Opens and reads {@code file}, which ends too early, expecting the right bytes up to an error.
     *
     * @param right what the whole file holds
     * @return the error
     */
    static @Nullable StreamException readCutShort(byte[] file, byte[] right, String what) {
        ByteArrayOutputStream got = new ByteArrayOutputStream();
        StreamException e = read(file, null, got, right.length, what);
        byte[] before = got.toByteArray();
        assertTrue(before.length <= right.length, what);
        assertArrayEquals(Arrays.copyOf(right, before.length), before, what);
        return e;
    }

    /**
     * Opens and reads {@code file}, expecting an error, or the right bytes to the end.
     *
     * @param right what an undamaged file holds; null to accept any bytes
     * @param most more bytes than this are not read
     * @return the error
     */
    static @Nullable StreamException read(
            byte[] file, byte @Nullable [] right, int most, String what) {
        return read(file, right, new ByteArrayOutputStream(), most, what);
    }

    private static @Nullable StreamException read(
            byte[] file,
            byte @Nullable [] right,
            ByteArrayOutputStream got,
            int most,
            String what) {
        try (OpenedInput input = Samples.open(file)) {
            read(input.stream(), got, most);
            if (right != null) {
                assertArrayEquals(right, got.toByteArray(), what);
            }
            return null;
        } catch (StreamException e) {
            return e;
        } catch (IOException | RuntimeException | OutOfMemoryError | StackOverflowError e) {
            return fail(what + ": " + e, e);
        }
    }

    private static void read(ByteSource source, ByteArrayOutputStream got, int most)
            throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(4096);
        while (got.size() <= most && source.read(buffer.clear()) >= 0) {
            got.write(buffer.array(), 0, buffer.position());
        }
    }

    /** Reads {@code rounds} copies of {@code file}, each with a few bytes changed or cut off. */
    static void sweep(byte[] file, int rounds, int most, long seed) {
        RandomGenerator random = random(seed);
        for (int round = 0; round < rounds; round++) {
            byte[] damaged = file.clone();
            if (random.nextInt(4) == 0) {
                damaged = Arrays.copyOf(damaged, random.nextInt(damaged.length));
            }
            for (int i = random.nextInt(1, 5); i > 0 && damaged.length > 0; i--) {
                // Headers and tables come early; the rest is mostly content.
                int at = random.nextInt(random.nextBoolean() ? 300 : damaged.length);
                if (at < damaged.length) {
                    damaged[at] =
                            switch (random.nextInt(4)) {
                                case 0 -> 0;
                                case 1 -> (byte) 0xff;
                                default -> (byte) random.nextInt();
                            };
                }
            }
            read(damaged, null, most, "seed " + seed + ", round " + round);
        }
    }
}
