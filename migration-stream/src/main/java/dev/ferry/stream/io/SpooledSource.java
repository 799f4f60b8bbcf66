package dev.ferry.stream.io;

import dev.ferry.stream.LimitExceededException;
import dev.ferry.stream.Limits;
import dev.ferry.stream.Place;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A part of a stream that could not seek, kept so that it can. Reading goes on in the original
 * source behind it.
 */
public final class SpooledSource implements ByteSource {

    private static final byte[] NOTHING = new byte[0];

    private final ByteSource origin;

    /** Stream offset of the first byte kept; earlier ones are gone. */
    private final long start;

    private byte[] memory = NOTHING;
    private @Nullable FileChannel file;
    private long length;
    private long position;
    private boolean complete;
    private boolean kept = true;

    private SpooledSource(ByteSource origin, long start) {
        this.origin = origin;
        this.start = start;
        this.position = start;
    }

    /**
     * Keeps at least the next {@code wanted} bytes of {@code source}, or all there are.
     *
     * @param source if it is a spool itself, the new one takes its place
     * @param offset stream offset of the first byte to keep
     * @param first bytes already read, from {@code offset} on; its position is left alone
     */
    public static SpooledSource keep(
            ByteSource source, long offset, ByteBuffer first, long wanted, Limits limits)
            throws IOException {
        ByteBuffer scratch = ByteBuffer.allocateDirect(WireInput.BUFFER_BYTES);
        return keep(source, offset, first.duplicate(), scratch, wanted, limits);
    }

    /** As the other one; {@code scratch}, which is read through, may be {@code first} itself. */
    static SpooledSource keep(
            ByteSource source,
            long offset,
            ByteBuffer first,
            ByteBuffer scratch,
            long wanted,
            Limits limits)
            throws IOException {
        // One layer, however often something is kept: a stream may have any number of packages.
        SpooledSource before = source instanceof SpooledSource spooled ? spooled : null;
        SpooledSource spool = new SpooledSource(before == null ? source : before.origin, offset);
        try {
            spool.append(first, limits);
            while (before != null && before.left() > 0) {
                before.read(scratch.clear());
                spool.append(scratch.flip(), limits);
            }
            while (spool.length < wanted) {
                if (spool.origin.read(scratch.clear()) < 0) {
                    spool.complete = true;
                    break;
                }
                spool.append(scratch.flip(), limits);
            }
            if (before != null) {
                before.closeFile();
            }
        } catch (IOException e) {
            spool.closeFile();
            throw e;
        }
        return spool;
    }

    /** Whether {@code wanted} bytes from {@code offset} on are kept. */
    boolean holds(long offset, long wanted) {
        return kept && offset >= start && wanted <= start + length - offset;
    }

    /** How many kept bytes are still to be read. */
    private long left() {
        return start + length - position;
    }

    private void append(ByteBuffer bytes, Limits limits) throws IOException {
        int n = bytes.remaining();
        if (n > limits.spoolBytes() - length) {
            throw new LimitExceededException(
                    "input that cannot seek: more than the limit of "
                            + limits.spoolBytes()
                            + " bytes to keep",
                    new Place(name(), start + length, ""));
        }
        if (file == null && length + n > limits.spoolMemoryBytes()) {
            file = TemporaryFiles.open(null);
            writeFully(file, ByteBuffer.wrap(memory, 0, (int) length), 0);
            memory = NOTHING;
        }
        if (file != null) {
            writeFully(file, bytes, length);
        } else {
            if (length + n > memory.length) {
                memory =
                        Arrays.copyOf(
                                memory,
                                (int)
                                        Math.max(
                                                length + n,
                                                Math.min(
                                                        memory.length * 2L,
                                                        limits.spoolMemoryBytes())));
            }
            bytes.get(memory, (int) length, n);
        }
        length += n;
    }

    private static void writeFully(FileChannel file, ByteBuffer bytes, long at) throws IOException {
        long offset = at;
        while (bytes.hasRemaining()) {
            offset += file.write(bytes, offset);
        }
    }

    @Override
    public String name() {
        return origin.name();
    }

    @Override
    public int read(ByteBuffer dst) throws IOException {
        long left = left();
        if (left <= 0) {
            return complete ? -1 : beyond(dst);
        }
        int n = (int) Math.min(left, dst.remaining());
        long index = position - start;
        if (file == null) {
            dst.put(memory, (int) index, n);
        } else {
            int limit = dst.limit();
            dst.limit(dst.position() + n);
            n = file.read(dst, index);
            dst.limit(limit);
        }
        position += Math.max(n, 0);
        return n;
    }

    /** Reads on in the original source, which stands where the kept part ends or further on. */
    private int beyond(ByteBuffer dst) throws IOException {
        int n = origin.read(dst);
        if (n > 0) {
            // What is read from here on is not kept: the kept part is left behind for good.
            length += n;
            position += n;
            kept = false;
        }
        return n;
    }

    @Override
    public OptionalLong size() {
        return complete ? OptionalLong.of(start + length) : OptionalLong.empty();
    }

    @Override
    public boolean seekable() {
        return complete;
    }

    @Override
    public void position(long offset) {
        if (offset < start || !kept || (!complete && offset > start + length)) {
            throw new IllegalArgumentException("offset " + offset + " was not kept");
        }
        position = offset;
    }

    @Override
    public long fileOrigin() {
        return origin.fileOrigin();
    }

    private void closeFile() throws IOException {
        if (file != null) {
            file.close();
        }
    }

    @Override
    public void close() throws IOException {
        try {
            closeFile();
        } finally {
            origin.close();
        }
    }
}
