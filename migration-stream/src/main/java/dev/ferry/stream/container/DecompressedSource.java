package dev.ferry.stream.container;

import dev.ferry.stream.LimitExceededException;
import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.Place;
import dev.ferry.stream.StreamException;
import dev.ferry.stream.TruncatedStreamException;
import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.stream.io.ByteSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.tukaani.xz.ArrayCache;
import org.tukaani.xz.BasicArrayCache;
import org.tukaani.xz.MemoryLimitException;
import org.tukaani.xz.UnsupportedOptionsException;

/**
 * What compressed data unpacks to: all its members, one after the other, as {@code xz -dc} and its
 * like would print them.
 *
 * <p>Zeros after a member are padding (xz defines it so, gzip ignores it, O_DIRECT writers leave
 * it). Other bytes that begin no member are an error, or the end where the data's container allows
 * anything behind it.
 */
final class DecompressedSource implements ByteSource {

    /** More zeros than this after a member are no padding any more. */
    private static final long MAX_PADDING = 64 << 20;

    private final Lookahead in;
    private final Compression compression;
    private final boolean anythingMayFollow;
    private final String crumb;
    private final long begin;
    private final ArrayCache arrays = new BasicArrayCache();
    private @Nullable Member member;
    private @Nullable IOException failure;
    private long offset;

    /**
     * @param in at the first member's first byte
     * @param anythingMayFollow whether bytes after the last member are ignored
     */
    DecompressedSource(Lookahead in, Compression compression, boolean anythingMayFollow) {
        this.in = in;
        this.compression = compression;
        this.anythingMayFollow = anythingMayFollow;
        this.begin = in.offset();
        this.crumb =
                (in.crumb().isEmpty() ? "" : in.crumb() + " / ")
                        + (begin == 0 ? "" : "payload at 0x" + Long.toHexString(begin) + " / ")
                        + compression.label()
                        + " data";
    }

    /** What is being unpacked, for errors. */
    String crumb() {
        return crumb;
    }

    @Override
    public String name() {
        return in.source().name();
    }

    @Override
    public int read(ByteBuffer dst) throws IOException {
        if (!dst.hasRemaining()) {
            return 0;
        }
        if (failure != null) {
            throw failure;
        }
        try {
            int n = unpack(dst);
            offset += Math.max(n, 0);
            return n;
        } catch (IOException e) {
            throw remember(translate(e));
        } catch (RuntimeException | OutOfMemoryError e) {
            // The libraries promise IOException for bad data; a bomb or an unchecked index in one
            // of them must not become the caller's problem.
            throw remember(translate(e));
        }
    }

    private int unpack(ByteBuffer dst) throws IOException {
        while (true) {
            if (member == null) {
                boolean first = in.offset() == begin;
                if (!first && !another()) {
                    return -1;
                }
                member = begin();
            }
            int n = member.read(dst);
            if (n >= 0) {
                return n;
            }
            member.close();
            member = null;
        }
    }

    private Member begin() throws IOException {
        return switch (compression) {
            case XZ -> new XzMember(in, arrays);
            case BZIP2 -> new Bzip2Member(in);
            case GZIP -> new GzipMember(in);
            case ZSTD -> new ZstdMember(in);
            case LZOP -> new LzopMember(in);
            case NONE -> throw new IllegalStateException("nothing to unpack");
        };
    }

    /** Whether a further member begins, after padding. */
    private boolean another() throws IOException {
        long end = in.offset();
        while (in.peek(0) == 0 && in.offset() - end < MAX_PADDING) {
            in.read();
        }
        if (in.peek(0) < 0) {
            return false;
        }
        if (compression.isNext(in)) {
            return true;
        }
        if (anythingMayFollow) {
            return false;
        }
        if (compression.isCutShort(in)) {
            throw new TruncatedStreamException(
                    "next member: expected its magic bytes, the input ends inside them",
                    in.here(),
                    1);
        }
        throw new MalformedStreamException(
                "after the last member: expected the end, found " + in.hex(6), in.here());
    }

    /** The same failure as one of ours, with both offsets. */
    private IOException translate(Throwable e) {
        IOException below = in.failure();
        if (below != null) {
            return below;
        }
        Place at = new Place(name(), offset, crumb);
        String problem = problem(e);
        if (e instanceof TruncatedStreamException truncated) {
            return new TruncatedStreamException(problem, at, truncated.missing());
        }
        if (e instanceof UnsupportedStreamException || e instanceof UnsupportedOptionsException) {
            return new UnsupportedStreamException(problem, at, e);
        }
        if (e instanceof LimitExceededException
                || e instanceof MemoryLimitException
                || e instanceof OutOfMemoryError) {
            return new LimitExceededException(problem, at, e);
        }
        if (in.ended() && !(e instanceof MalformedStreamException)) {
            return new TruncatedStreamException(problem, at, 1);
        }
        return new MalformedStreamException(problem, at, e);
    }

    private String problem(Throwable e) {
        String said;
        if (e instanceof StreamException ours) {
            said = ours.problem();
        } else if (e instanceof MemoryLimitException limit) {
            said =
                    "unpacking needs "
                            + limit.getMemoryNeeded()
                            + " KiB, the limit is "
                            + limit.getMemoryLimit();
        } else if (e instanceof OutOfMemoryError) {
            said = "unpacking needs more memory than the JVM has";
        } else {
            String message = e.getMessage();
            said =
                    (in.ended() ? "the input ends early" : "damaged")
                            + (message == null || message.isBlank() ? "" : " (" + message + ")");
        }
        return said + ", at compressed offset 0x" + Long.toHexString(in.offset());
    }

    private IOException remember(IOException e) {
        failure = e;
        return e;
    }

    @Override
    public void close() throws IOException {
        try {
            if (member != null) {
                member.close();
                member = null;
            }
        } finally {
            in.source().close();
        }
    }
}
