package dev.ferry.stream.multifd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.StreamException;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;

class ZlibPayloadsTest extends PayloadDecoderContract {

    @Override
    PayloadDecoder decoder() {
        return new ZlibPayloads();
    }

    @Override
    String method() {
        return "zlib";
    }

    @Override
    Compressor compressor() {
        Deflater deflater = new Deflater(1);
        return plain -> {
            deflater.setInput(plain);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] piece = new byte[1 << 20];
            for (int n = piece.length; n == piece.length; ) {
                n = deflater.deflate(piece, 0, piece.length, Deflater.SYNC_FLUSH);
                out.write(piece, 0, n);
            }
            return out.toByteArray();
        };
    }

    @Test
    void outputInHandIsTooMuchToo() throws IOException {
        for (int length = 4097; length < 4400; length++) {
            byte[] payload = compressor().flush(new byte[length]);
            // Without the flush's own five bytes the last match is taken but not yet given.
            int taken = payload.length - 5;
            assertThrows(
                    MalformedStreamException.class,
                    () ->
                            new ZlibPayloads()
                                    .decode(
                                            new WireInput(new MemorySource("fd", payload)),
                                            taken,
                                            ByteBuffer.allocateDirect(4096)),
                    length + " bytes");
        }
    }

    @Test
    void streamMustNotEnd() {
        Deflater deflater = new Deflater();
        deflater.setInput(new byte[4096]);
        deflater.finish();
        byte[] payload = new byte[100];
        int n = deflater.deflate(payload);
        deflater.end();
        StreamException e =
                assertThrows(
                        MalformedStreamException.class,
                        () ->
                                new ZlibPayloads()
                                        .decode(
                                                new WireInput(new MemorySource("fd", payload)),
                                                n,
                                                ByteBuffer.allocateDirect(4096)));
        assertEquals(
                "zlib payload: the channel's one zlib stream ends or wants a dictionary",
                e.problem());
    }
}
