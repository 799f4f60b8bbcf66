package dev.ferry.stream.multifd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.StreamException;
import dev.ferry.stream.TruncatedStreamException;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.testing.ForwardSource;
import dev.ferry.stream.testing.WireBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every continuous compression promises: one stream a channel, a flushed piece a packet. */
abstract class PayloadDecoderContract {

    /** Compresses piece after piece, each flushed, none ended. */
    interface Compressor {
        byte[] flush(byte[] plain) throws IOException;
    }

    private PayloadDecoder decoder = new ZlibPayloads();

    abstract PayloadDecoder decoder();

    abstract Compressor compressor() throws IOException;

    /** How messages name the method. */
    abstract String method();

    @BeforeEach
    void open() {
        decoder.close();
        decoder = decoder();
    }

    @AfterEach
    void close() {
        decoder.close();
    }

    private static byte[] plain(int length, long seed) {
        byte[] bytes = new byte[length];
        Random random = new Random(seed);
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (random.nextInt(100) == 0 ? random.nextInt() : i / 1000);
        }
        return bytes;
    }

    private static byte[] noise(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private byte[] decode(WireInput in, int payload, int pages) throws IOException {
        ByteBuffer out = ByteBuffer.allocateDirect(512 << 10).limit(pages);
        long end = in.offset() + payload;
        decoder.decode(in, payload, out);
        assertEquals(end, in.offset(), "all of the payload and no more");
        byte[] found = new byte[pages];
        out.flip().get(found);
        return found;
    }

    private byte[] decode(byte[] payload, int pages) throws IOException {
        return decode(new WireInput(new MemorySource("fd", payload)), payload.length, pages);
    }

    private void assertRefused(String problem, byte[] payload, int pages) {
        StreamException e =
                assertThrows(MalformedStreamException.class, () -> decode(payload, pages));
        assertEquals(problem, e.problem());
    }

    @Test
    void payloadsContinueEachOther() throws IOException {
        Compressor compressor = compressor();
        List<byte[]> plain = new ArrayList<>();
        List<Integer> lengths = new ArrayList<>();
        WireBytes wire = WireBytes.of();
        for (int i = 0; i < 20; i++) {
            byte[] pages = i % 5 == 4 ? noise(512 << 10) : plain(4096 * (1 + i * 6), i % 3);
            byte[] payload = compressor.flush(pages);
            plain.add(pages);
            lengths.add(payload.length);
            wire.raw(payload);
        }
        for (WireInput in :
                List.of(
                        new WireInput(new MemorySource("fd", wire.bytes())),
                        new WireInput(
                                ForwardSource.inRandomPieces(wire.bytes(), 3000, new Random(1))))) {
            close();
            decoder = decoder();
            for (int i = 0; i < plain.size(); i++) {
                assertArrayEquals(
                        plain.get(i),
                        decode(in, lengths.get(i), plain.get(i).length),
                        "packet " + i);
            }
        }
    }

    @Test
    void tooMuchIsRefusedHoweverLittleItIs() throws IOException {
        // Repetition leaves the decoder with output in hand when its input is already taken.
        for (int length : new int[] {4097, 4098, 4100, 4200, 4354, 8192, 100_000}) {
            for (byte[] pages : List.of(new byte[length], plain(length, 1), noise(length))) {
                byte[] payload = compressor().flush(pages);
                close();
                decoder = decoder();
                assertRefused(method() + " payload: more than 4096 bytes of pages", payload, 4096);
            }
        }
    }

    @Test
    void tooLittleIsRefused() throws IOException {
        byte[] payload = compressor().flush(plain(4000, 1));
        assertRefused(
                method() + " payload: expected 4096 bytes of pages, found 4000", payload, 4096);
    }

    @Test
    void emptyPayloadHasNoPages() {
        assertRefused(
                method() + " payload: expected 4096 bytes of pages, found 0", new byte[0], 4096);
    }

    @Test
    void bombIsNotUnpacked() throws IOException {
        byte[] bomb = compressor().flush(new byte[64 << 20]);
        assertTrue(bomb.length < 1 << 20);
        assertRefused(method() + " payload: more than 4096 bytes of pages", bomb, 4096);
    }

    @Test
    void damageIsRefused() throws IOException {
        byte[] payload = compressor().flush(noise(4096));
        byte[] bad = payload.clone();
        Arrays.fill(bad, 0, 3, (byte) 0xff);
        StreamException e = assertThrows(MalformedStreamException.class, () -> decode(bad, 4096));
        assertTrue(e.problem().startsWith(method() + " payload: damaged data: "), e.getMessage());
    }

    @Test
    void everyFlippedBitGivesPagesOrATypedError() throws IOException {
        byte[] payload = compressor().flush(plain(8192, 5));
        for (int bit = 0; bit < 8 * payload.length; bit++) {
            byte[] bad = payload.clone();
            bad[bit / 8] ^= (byte) (1 << bit % 8);
            close();
            decoder = decoder();
            try {
                decode(bad, 8192);
            } catch (StreamException e) {
                assertTrue(e.problem().contains(method()), e.getMessage());
            }
        }
    }

    @Test
    void inputMustHaveThePayload() throws IOException {
        byte[] payload = compressor().flush(noise(4096));
        WireInput in = new WireInput(new MemorySource("fd", Arrays.copyOf(payload, 1000)));
        assertThrows(
                TruncatedStreamException.class,
                () -> decoder.decode(in, payload.length, ByteBuffer.allocateDirect(4096)));
    }
}
