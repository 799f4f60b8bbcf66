package dev.ferry.stream.ram;

import dev.ferry.stream.Place;
import dev.ferry.stream.UnsupportedStreamException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Writes pages to where they belong in a file. Pages may come in any order; neighbours are gathered
 * into large writes, which threads of its own do meanwhile. Zero pages are not written: in a new
 * file they are holes.
 *
 * <p>Memory is bounded by a few buffers of 1 MiB. For use by one thread. The file's length and
 * everything in it but pages are the caller's affair, and so is closing the channel.
 */
public final class PositionalPageWriter implements PageSink, Closeable {

    /** Says where in the file a block's bytes belong. */
    @FunctionalInterface
    public interface Placement {
        /**
         * Calls {@code places} for each part of the block's bytes {@code offset} to {@code offset +
         * length} that is wanted; bytes may have several places, or none.
         */
        void place(RamBlock block, long offset, long length, Places places) throws IOException;
    }

    /** Takes places. */
    @FunctionalInterface
    public interface Places {
        /** Block bytes {@code offset} to {@code offset + length} belong at {@code fileOffset}. */
        void at(long offset, long length, long fileOffset) throws IOException;
    }

    /** Buffers in flight: enough to keep reading while the file system makes a pause. */
    private static final int BUFFERS = 8;

    /** More than two threads gain nothing: file systems let one at a time into a file. */
    private static final int THREADS = 2;

    private final FileChannel file;
    private final Placement placement;
    private final Arena arena = Arena.ofShared();
    private final BlockingQueue<PageExtents> free = new ArrayBlockingQueue<>(BUFFERS);
    private final BlockingQueue<PageExtents> filled = new ArrayBlockingQueue<>(BUFFERS + THREADS);
    private final List<Thread> threads = new ArrayList<>();
    private final PageExtents end;
    private final Places places = this::put;
    private int buffers;
    private @Nullable PageExtents current;
    private @Nullable PageRun run;
    private volatile @Nullable IOException failure;

    /**
     * Writes to {@code file}, which must have been empty where pages go.
     *
     * @param placement asked for every run, by the thread that calls {@link #pages}
     */
    public PositionalPageWriter(FileChannel file, Placement placement) {
        this.file = file;
        this.placement = placement;
        this.end = new PageExtents(MemorySegment.NULL);
    }

    @Override
    public void blocks(List<RamBlock> blocks, int pageSize) {}

    /**
     * Takes a run and returns when its bytes are copied.
     *
     * @throws UnsupportedStreamException if the pages are encrypted or were not fetched
     * @throws IOException also if writing what came earlier has failed
     */
    @Override
    public void pages(PageRun pages) throws IOException {
        rethrow();
        switch (pages.encoding()) {
            case RAW -> {}
            case FILL -> {
                if (pages.fill() == 0) {
                    return;
                }
            }
            case ABSENT -> throw absent(pages);
            case XBZRLE, ZLIB ->
                    throw new IllegalArgumentException(
                            pages.block() + ": " + pages.encoding() + " pages are not final");
        }
        run = pages;
        placement.place(
                pages.block(), pages.offset(), (long) pages.count() * pages.pageSize(), places);
    }

    private static IOException absent(PageRun pages) {
        return new UnsupportedStreamException(
                pages.kind() == PageKind.ENCRYPTED
                        ? "page is encrypted: it can be written only with the guest's key"
                        : "page content was not read",
                new Place(
                        "channel " + pages.channel(),
                        pages.streamOffset(),
                        pages.block() + " / page 0x" + Long.toHexString(pages.offset())));
    }

    private void put(long offset, long length, long fileOffset) throws IOException {
        PageRun from = run;
        if (from == null || length <= 0) {
            return;
        }
        long start = offset - from.offset();
        if (from.encoding() == PageRun.Encoding.FILL) {
            fill(from.fill(), length, fileOffset);
        } else if (from.stride() == from.pageSize()) {
            copy(from.segment(), from.dataIndex() + start, length, fileOffset);
        } else {
            strided(from, start, length, fileOffset);
        }
    }

    private void strided(PageRun from, long start, long length, long fileOffset)
            throws IOException {
        int pageSize = from.pageSize();
        long done = 0;
        while (done < length) {
            long page = (start + done) / pageSize;
            long within = (start + done) % pageSize;
            long piece = Math.min(length - done, pageSize - within);
            copy(
                    from.segment(),
                    from.dataIndex() + page * from.stride() + within,
                    piece,
                    fileOffset + done);
            done += piece;
        }
    }

    private void copy(MemorySegment source, long index, long length, long fileOffset)
            throws IOException {
        long done = 0;
        while (done < length) {
            PageExtents to = room(fileOffset + done);
            int piece = (int) Math.min(length - done, to.room());
            MemorySegment.copy(source, index + done, to.memory(), to.used(), piece);
            to.add(fileOffset + done, piece);
            done += piece;
        }
    }

    private void fill(int value, long length, long fileOffset) throws IOException {
        long done = 0;
        while (done < length) {
            PageExtents to = room(fileOffset + done);
            int piece = (int) Math.min(length - done, to.room());
            to.memory().asSlice(to.used(), piece).fill((byte) value);
            to.add(fileOffset + done, piece);
            done += piece;
        }
    }

    /** Buffers with room for more at a place in the file. */
    private PageExtents room(long fileOffset) throws IOException {
        PageExtents extents = current;
        if (extents != null && extents.takes(fileOffset)) {
            return extents;
        }
        submit();
        extents = free.poll();
        if (extents == null) {
            extents = buffers < BUFFERS ? newBuffer() : take();
        }
        current = extents;
        return extents;
    }

    private PageExtents newBuffer() {
        buffers++;
        return new PageExtents(arena.allocate(PageExtents.BYTES, 4096));
    }

    private PageExtents take() throws IOException {
        try {
            return free.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while writing pages");
        }
    }

    /** Hands the current buffer to the writing threads. */
    private void submit() throws IOException {
        PageExtents extents = current;
        if (extents == null) {
            return;
        }
        current = null;
        rethrow();
        if (threads.size() < THREADS) {
            threads.add(Thread.ofPlatform().daemon().name("page writer").start(this::writeAll));
        }
        // There are never more buffers than places.
        filled.add(extents);
    }

    private void writeAll() {
        try {
            for (PageExtents extents = filled.take(); extents != end; extents = filled.take()) {
                if (failure == null) {
                    write(extents);
                }
                extents.clear();
                free.add(extents);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(PageExtents extents) {
        try {
            extents.write(file);
        } catch (IOException e) {
            failure = e;
        } catch (RuntimeException | Error e) {
            failure = new IOException("pages could not be written: " + e, e);
        }
    }

    private void rethrow() throws IOException {
        IOException e = failure;
        if (e != null) {
            throw e;
        }
    }

    /**
     * Waits until every page that came is in the file; nothing more can be written.
     *
     * @throws IOException if writing any of them failed
     */
    @Override
    public void close() throws IOException {
        if (!arena.scope().isAlive()) {
            return;
        }
        try {
            submit();
        } finally {
            stop();
        }
        rethrow();
    }

    private void stop() throws IOException {
        for (int i = 0; i < threads.size(); i++) {
            filled.add(end);
        }
        boolean interrupted = false;
        for (Thread thread : threads) {
            // The buffers must not go while a thread has one; what is queued is bounded.
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        arena.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while writing pages");
        }
    }
}
