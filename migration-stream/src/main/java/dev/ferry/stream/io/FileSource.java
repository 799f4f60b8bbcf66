package dev.ferry.stream.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;

/** A stream in a regular file, beginning at any offset in it. */
public final class FileSource implements ByteSource {

    private final String name;
    private final FileChannel channel;
    private final long origin;
    private final long end;
    private long position;

    /** All of {@code file}. */
    public static FileSource open(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            return new FileSource(file.toString(), channel, 0, channel.size());
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /**
     * Bytes {@code origin} to {@code end} of {@code channel}, which this source owns from now on.
     */
    public FileSource(String name, FileChannel channel, long origin, long end) {
        this.name = name;
        this.channel = channel;
        this.origin = origin;
        this.end = end;
    }

    /**
     * The same file from {@code offset} (in this source's coordinates) on; both share the channel.
     */
    public FileSource from(long offset) {
        return new FileSource(name, channel, origin + offset, end);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int read(ByteBuffer dst) throws IOException {
        long left = end - origin - position;
        if (left <= 0) {
            return -1;
        }
        int limit = dst.limit();
        if (dst.remaining() > left) {
            dst.limit(dst.position() + (int) left);
        }
        try {
            int n = channel.read(dst, origin + position);
            if (n > 0) {
                position += n;
            }
            return n;
        } finally {
            dst.limit(limit);
        }
    }

    @Override
    public OptionalLong size() {
        return OptionalLong.of(end - origin);
    }

    @Override
    public boolean seekable() {
        return true;
    }

    @Override
    public void position(long offset) {
        position = offset;
    }

    @Override
    public long fileOrigin() {
        return origin;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
