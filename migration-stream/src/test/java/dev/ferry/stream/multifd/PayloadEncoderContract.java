package dev.ferry.stream.multifd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.testing.Heap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What every way to write payloads promises. */
abstract class PayloadEncoderContract {

    /** Levels from the least to the most that QEMU takes. */
    abstract int[] levels();

    abstract PayloadEncoder encoder(int level);

    abstract PayloadDecoder decoder();

    private final ByteBuffer pages = ByteBuffer.allocateDirect(MultiFdPacket.MULTIFD_PACKET_SIZE);
    private PayloadEncoder encoder = new PlainPayloadEncoder();
    private PayloadDecoder decoder = new PlainPayloads();

    private void open(int level) {
        close();
        encoder = encoder(level);
        decoder = decoder();
    }

    @AfterEach
    void close() {
        encoder.close();
        decoder.close();
    }

    private byte[] encode(byte[] plain) {
        pages.clear().put(plain).flip();
        ByteBuffer payload = encoder.encode(pages);
        byte[] bytes = new byte[payload.remaining()];
        payload.get(bytes);
        assertFalse(pages.hasRemaining(), "pages left over");
        return bytes;
    }

    private byte[] decode(byte[] payload, int length) throws IOException {
        ByteBuffer to = ByteBuffer.allocateDirect(MultiFdPacket.MULTIFD_PACKET_SIZE).limit(length);
        decoder.decode(new WireInput(new MemorySource("payload", payload)), payload.length, to);
        byte[] plain = new byte[to.flip().remaining()];
        to.get(plain);
        return plain;
    }

    private static byte[] noise(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static byte[] text(int length, long seed) {
        Random random = new Random(seed);
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) ('a' + random.nextInt(4) + i / 5000);
        }
        return bytes;
    }

    /** Each payload can be read when it is there: a receiver has no more at that moment. */
    @Test
    void everyPayloadIsWhole() throws IOException {
        for (int level : levels()) {
            open(level);
            for (int packet = 0; packet < 12; packet++) {
                int length = 4096 * (packet % 4 == 3 ? 128 : 1 + packet * 7);
                byte[] plain =
                        packet % 3 == 0
                                ? noise(length, packet)
                                : packet % 3 == 1 ? text(length, packet) : new byte[length];
                byte[] payload = encode(plain);
                assertTrue(payload.length > 0);
                assertArrayEquals(
                        plain, decode(payload, length), "level " + level + " packet " + packet);
            }
        }
    }

    /** QEMU's receiver has 1 MiB for a payload and does not look. */
    @Test
    void noiseGrowsByOneInAHundredAtMost() {
        for (int level : levels()) {
            open(level);
            for (int packet = 0; packet < 8; packet++) {
                int length = encode(noise(MultiFdPacket.MULTIFD_PACKET_SIZE, packet)).length;
                assertTrue(
                        length <= MultiFdPacket.MULTIFD_PACKET_SIZE * 1.01,
                        "level " + level + ": " + length + " bytes");
            }
        }
    }

    @Test
    void samePagesGiveTheSameBytes() {
        for (int level : levels()) {
            open(level);
            byte[] first = encode(text(65536, 1));
            byte[] second = encode(text(65536, 2));
            open(level);
            assertArrayEquals(first, encode(text(65536, 1)));
            assertArrayEquals(second, encode(text(65536, 2)));
        }
    }

    @Test
    void pagesBehindTheLimitAreNotEncoded() throws IOException {
        open(levels()[0]);
        pages.clear();
        pages.put(noise(pages.capacity(), 1)).flip().position(4096).limit(12288);
        byte[] expected = new byte[8192];
        pages.get(4096, expected);
        ByteBuffer payload = encoder.encode(pages);
        byte[] bytes = new byte[payload.remaining()];
        payload.get(bytes);
        assertArrayEquals(expected, decode(bytes, 8192));
    }

    @Test
    void packetCostsNothingOnTheHeap() throws Exception {
        open(1);
        pages.clear().put(text(pages.capacity(), 1));
        encoder.encode(pages.rewind());
        long[] length = new long[1];
        long heap =
                Heap.allocatedBy(() -> {
                    for (int i = 0; i < 20; i++) {
                        length[0] += encoder.encode(pages.rewind()).remaining();
                    }
                });
        assertTrue(heap < 20 * 128, heap + " bytes for 20 packets");
        assertTrue(length[0] > 0);
    }

    @Test
    void levelMatters() {
        int[] levels = levels();
        if (levels.length > 1) {
            open(levels[0]);
            int least = encode(text(MultiFdPacket.MULTIFD_PACKET_SIZE, 1)).length;
            open(levels[levels.length - 1]);
            int most = encode(text(MultiFdPacket.MULTIFD_PACKET_SIZE, 1)).length;
            assertTrue(most < least, least + " bytes, then " + most);
        }
    }

    @Test
    void methodHasItsEncoder() {
        assertEquals(encoder(1).getClass(), PayloadEncoder.of(method(), 1).getClass());
    }

    abstract MultiFdCompression method();
}
