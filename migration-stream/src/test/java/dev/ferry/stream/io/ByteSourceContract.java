package dev.ferry.stream.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every source promises. */
abstract class ByteSourceContract {

    static final int LENGTH = 300_007;

    private final byte[] bytes = new byte[LENGTH];
    private ByteSource source;

    ByteSourceContract() {
        new Random(3).nextBytes(bytes);
        source = new MemorySource("not opened yet", bytes);
    }

    /** A source of just these bytes. */
    abstract ByteSource open(byte[] content) throws IOException;

    @BeforeEach
    void opens() throws IOException {
        source = open(bytes);
    }

    @AfterEach
    void closes() throws IOException {
        source.close();
    }

    private byte[] read(int length) throws IOException {
        ByteBuffer b = ByteBuffer.allocateDirect(length);
        int n = 0;
        while (b.hasRemaining() && n >= 0) {
            n = source.read(b);
            assertTrue(n != 0, "a read without progress");
        }
        byte[] found = new byte[b.flip().remaining()];
        b.get(found);
        return found;
    }

    @Test
    void readsAllInOrderAndThenEnds() throws IOException {
        assertArrayEquals(Arrays.copyOf(bytes, 100), read(100));
        assertArrayEquals(Arrays.copyOfRange(bytes, 100, LENGTH), read(LENGTH));
        assertEquals(-1, source.read(ByteBuffer.allocate(1)));
        assertEquals(-1, source.read(ByteBuffer.allocate(1)), "and stays there");
    }

    @Test
    void respectsTheBuffersBounds() throws IOException {
        ByteBuffer b = ByteBuffer.allocate(10).position(3).limit(5);
        while (b.hasRemaining()) {
            assertTrue(source.read(b) > 0);
        }
        assertEquals(5, b.limit());
        assertArrayEquals(
                new byte[] {0, 0, 0, bytes[0], bytes[1], 0, 0, 0, 0, 0}, b.clear().array());
    }

    @Test
    void seeksIfItSaysSo() throws IOException {
        if (!source.seekable()) {
            assertThrows(UnsupportedOperationException.class, () -> source.position(0));
            return;
        }
        assertEquals(OptionalLong.of(LENGTH), source.size());
        source.position(200_000);
        assertArrayEquals(Arrays.copyOfRange(bytes, 200_000, 200_100), read(100));
        source.position(7);
        assertArrayEquals(Arrays.copyOfRange(bytes, 7, 107), read(100));
        source.position(LENGTH);
        assertEquals(0, read(1).length);
        source.position(LENGTH + (1L << 40));
        assertEquals(0, read(1).length);
        source.position(LENGTH - 1);
        assertArrayEquals(new byte[] {bytes[LENGTH - 1]}, read(2));
    }
}
