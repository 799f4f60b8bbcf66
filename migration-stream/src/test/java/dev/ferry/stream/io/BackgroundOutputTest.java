package dev.ferry.stream.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackgroundOutputTest {

    /** Writes pieces of all lengths, by all the ways there are, and flushes now and then. */
    private static void write(WireOutput out, long seed) throws IOException {
        Random random = new Random(seed);
        byte[] piece = new byte[3 * WireOutput.BUFFER_BYTES / 2];
        random.nextBytes(piece);
        for (int i = 0; i < 60; i++) {
            int length = random.nextInt(random.nextBoolean() ? 5000 : piece.length);
            switch (random.nextInt(4)) {
                case 0 -> out.bytes(ByteBuffer.wrap(piece, 0, length));
                case 1 -> out.bytes(ByteBuffer.wrap(piece), 1, length / 2);
                case 2 -> out.u64(random.nextLong());
                default -> out.zeros(length);
            }
            if (random.nextInt(10) == 0) {
                out.flush();
            }
        }
        out.flush();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void bytesAreThoseOfAnOrdinaryOutput(long seed) throws IOException {
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        WireOutput ordinary = new WireOutput(Channels.newChannel(expected));
        write(ordinary, seed);
        ByteArrayOutputStream found = new ByteArrayOutputStream();
        WireOutput background = WireOutput.background(Channels.newChannel(found));
        try {
            write(background, seed);
            assertEquals(ordinary.offset(), background.offset(), "seed " + seed);
        } finally {
            background.end();
        }
        assertArrayEquals(expected.toByteArray(), found.toByteArray(), "seed " + seed);
    }

    @Test
    void failureToWriteIsTold() {
        WritableByteChannel full =
                new WritableByteChannel() {
                    @Override
                    public int write(ByteBuffer src) throws IOException {
                        throw new IOException("No space left on device");
                    }

                    @Override
                    public boolean isOpen() {
                        return true;
                    }

                    @Override
                    public void close() {}
                };
        WireOutput out = WireOutput.background(full);
        try {
            IOException e = assertThrows(IOException.class, () -> write(out, 1));
            assertEquals("No space left on device", e.getMessage());
        } finally {
            out.end();
        }
    }
}
