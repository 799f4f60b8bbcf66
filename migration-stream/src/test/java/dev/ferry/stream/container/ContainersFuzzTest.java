package dev.ferry.stream.container;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.ferry.stream.Limits;
import dev.ferry.stream.StreamException;
import dev.ferry.stream.io.ByteSource;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.testing.ForwardSource;
import dev.ferry.stream.testing.WireBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Files of any kind, opened and read a little. */
class ContainersFuzzTest {

    private static final Limits LIMITS =
            new Limits(1 << 20, 1 << 20, 4, 64, 1 << 20, 1 << 20, 4 << 20, 1 << 20, 1 << 20, 100);

    /** Enough to reach what is compressed, not so much that bombs take long. */
    private static final long MOST_READ = 4 << 20;

    @FuzzTest
    void anything(byte[] data) throws IOException {
        open(data);
    }

    @FuzzTest
    void libvirtSaveImage(byte[] data) throws IOException {
        open("LibvirtQemudSave".getBytes(StandardCharsets.US_ASCII), data);
    }

    @FuzzTest
    void qcow2(byte[] data) throws IOException {
        open(WireBytes.hex("51 46 49 fb"), data);
    }

    @FuzzTest
    void lzop(byte[] data) throws IOException {
        open(WireBytes.hex("89 4c 5a 4f 00 0d 0a 1a 0a"), data);
    }

    private static void open(byte[]... parts) throws IOException {
        WireBytes file = WireBytes.of();
        for (byte[] part : parts) {
            file.raw(part);
        }
        byte[] bytes = file.bytes();
        for (ByteSource medium :
                List.of(new MemorySource("fuzz", bytes), ForwardSource.inPieces(bytes, 1000))) {
            try (OpenedInput opened =
                    Containers.open(medium, OpenOptions.DEFAULT.withLimits(LIMITS))) {
                ByteBuffer piece = ByteBuffer.allocateDirect(1 << 16);
                long read = 0;
                while (read < MOST_READ && opened.stream().read(piece.clear()) >= 0) {
                    read += piece.position();
                }
            } catch (StreamException e) {
                // Said what is wrong and where: all that is asked of it.
            }
        }
    }
}
