package dev.ferry.stream.io;

import dev.ferry.stream.testing.ForwardSource;
import dev.ferry.stream.testing.SomeLimits;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Nested;

class SpooledSourceTest {

    private static ByteSource keep(byte[] content, long wanted, int memoryBytes)
            throws IOException {
        return SpooledSource.keep(
                ForwardSource.inPieces(content, 1000),
                0,
                ByteBuffer.allocate(0),
                wanted,
                SomeLimits.spool(memoryBytes, 1 << 24));
    }

    @Nested
    class WholeInMemory extends ByteSourceContract {
        @Override
        ByteSource open(byte[] content) throws IOException {
            return keep(content, Long.MAX_VALUE, 1 << 24);
        }
    }

    @Nested
    class WholeInAFile extends ByteSourceContract {
        @Override
        ByteSource open(byte[] content) throws IOException {
            return keep(content, Long.MAX_VALUE, 1000);
        }
    }
}
