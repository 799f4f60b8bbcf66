package dev.ferry.stream.container;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import dev.ferry.stream.LimitExceededException;
import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.TruncatedStreamException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One zstd frame, or a skippable one. The library's own limit holds: windows up to 128 MiB, as
 * {@code zstd -d} without {@code --long} accepts.
 */
final class ZstdMember implements Member {

    private final Lookahead in;
    private final ZstdDecompressCtx context = new ZstdDecompressCtx();

    /** Where the library unpacks to when the caller's buffer is not direct. */
    private @Nullable ByteBuffer chunk;

    private boolean complete;

    ZstdMember(Lookahead in) {
        this.in = in;
    }

    @Override
    public int read(ByteBuffer dst) throws IOException {
        if (complete) {
            return -1;
        }
        ByteBuffer out = dst.isDirect() ? dst : chunk(dst.remaining());
        int begin = out.position();
        do {
            ByteBuffer packed = in.buffered();
            boolean dry = !packed.hasRemaining();
            complete = step(out, packed);
            if (dry && !complete && out.position() == begin) {
                throw new TruncatedStreamException(
                        "zstd frame: the input ends inside it", in.here(), 1);
            }
        } while (!complete && out.position() == begin);
        int n = out.position() - begin;
        if (!dst.isDirect()) {
            dst.put(out.flip());
        }
        return n > 0 ? n : -1;
    }

    private ByteBuffer chunk(int most) {
        if (chunk == null) {
            chunk = ByteBuffer.allocateDirect(Lookahead.BUFFER_BYTES);
        }
        return chunk.clear().limit(Math.min(most, chunk.capacity()));
    }

    private boolean step(ByteBuffer out, ByteBuffer packed) throws IOException {
        try {
            return context.decompressDirectByteBufferStream(out, packed);
        } catch (ZstdException e) {
            String problem = "zstd frame: " + e.getMessage();
            // The exception's code is the negative one that getErrorCode() makes positive.
            if (Zstd.getErrorCode(e.getErrorCode()) == Zstd.errFrameParameterWindowTooLarge()) {
                throw new LimitExceededException(problem, in.here(), e);
            }
            throw new MalformedStreamException(problem, in.here(), e);
        }
    }

    @Override
    public void close() {
        context.close();
    }
}
