package dev.ferry.stream.dump;

import dev.ferry.stream.Place;
import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.stream.ram.PageKind;
import dev.ferry.stream.ram.PageRun;
import dev.ferry.stream.ram.PageSink;
import dev.ferry.stream.ram.PositionalPageWriter.Places;
import dev.ferry.stream.ram.RamBlock;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Pages and their descriptors in a kdump file. Batches of pages are compressed by several threads
 * and written in the order in which they came, so that the same input makes the same file.
 */
final class KdumpPages implements PageSink, Closeable {

    /** Bytes of a page descriptor. */
    static final int DESCRIPTOR = 24;

    private static final int ZERO_DESCRIPTORS = 4096;

    private final KdumpWriter.Chunks out;
    private final KdumpWriter.Compression compression;
    private final RangePlacement placement;
    private final int pageSize;
    private final int pages;
    private final long descriptorsAt;
    private final long zeroPageAt;
    private final BitSet written;
    private final int threadCount = Runtime.getRuntime().availableProcessors();
    private final List<Thread> threads = new ArrayList<>();
    private final BlockingQueue<KdumpBatch> free = new ArrayBlockingQueue<>(2 * threadCount + 1);
    private final BlockingQueue<KdumpBatch> filled;
    private final KdumpBatch end;
    private final Places places = this::put;
    private final Object turn = new Object();
    private int batches;
    private long sequence;
    private @Nullable KdumpBatch current;
    private @Nullable PageRun run;

    /** Number of the batch that is to be written next. */
    private long nextToWrite;

    private long dataAt;
    private volatile @Nullable IOException failure;

    /**
     * Writes the page part of a file.
     *
     * @param placement gives a page's descriptor number times the page size
     * @param pages how many descriptors there are
     */
    KdumpPages(
            KdumpWriter.Chunks out,
            KdumpWriter.Compression compression,
            RangePlacement placement,
            int pageSize,
            int pages,
            long descriptorsAt) {
        this.out = out;
        this.compression = compression;
        this.placement = placement;
        this.pageSize = pageSize;
        this.pages = pages;
        this.descriptorsAt = descriptorsAt;
        this.zeroPageAt = descriptorsAt + (long) pages * DESCRIPTOR;
        this.dataAt = zeroPageAt + pageSize;
        this.written = new BitSet(pages);
        this.filled = new ArrayBlockingQueue<>(3 * threadCount + 1);
        this.end = new KdumpBatch(0, 0);
    }

    @Override
    public void blocks(List<RamBlock> blocks, int size) {}

    @Override
    public void pages(PageRun pageRun) throws IOException {
        rethrow();
        switch (pageRun.encoding()) {
            case RAW -> {}
            case FILL -> {
                if (pageRun.fill() == 0) {
                    return;
                }
            }
            case ABSENT ->
                    throw new UnsupportedStreamException(
                            pageRun.kind() == PageKind.ENCRYPTED
                                    ? "page is encrypted: it can be written only with the guest's"
                                            + " key"
                                    : "page content was not read",
                            new Place(
                                    "channel " + pageRun.channel(),
                                    pageRun.streamOffset(),
                                    pageRun.block()
                                            + " / page 0x"
                                            + Long.toHexString(pageRun.offset())));
            case XBZRLE, ZLIB ->
                    throw new IllegalArgumentException(
                            pageRun.block() + ": " + pageRun.encoding() + " pages are not final");
        }
        run = pageRun;
        placement.place(
                pageRun.block(),
                pageRun.offset(),
                (long) pageRun.count() * pageRun.pageSize(),
                places);
    }

    private void put(long offset, long length, long position) throws IOException {
        PageRun from = run;
        if (from == null) {
            return;
        }
        long firstPage = (offset - from.offset()) / pageSize;
        for (long i = 0; i < length / pageSize; i++) {
            KdumpBatch batch = room();
            int at = batch.nextAt();
            if (from.encoding() == PageRun.Encoding.RAW) {
                long index = from.dataIndex() + (firstPage + i) * from.stride();
                from.data().get((int) index, batch.pages(), at, pageSize);
            } else {
                java.util.Arrays.fill(batch.pages(), at, at + pageSize, (byte) from.fill());
            }
            batch.add((int) (position / pageSize + i));
        }
    }

    private KdumpBatch room() throws IOException {
        KdumpBatch batch = current;
        if (batch != null && !batch.full()) {
            return batch;
        }
        submit();
        batch = free.poll();
        if (batch == null) {
            if (batches < 2 * threadCount) {
                batches++;
                try (PageCompressor any = PageCompressor.of(compression)) {
                    batch = new KdumpBatch(pageSize, any.room(pageSize));
                }
            } else {
                batch = take();
            }
        }
        batch.begin(sequence++);
        current = batch;
        return batch;
    }

    private KdumpBatch take() throws IOException {
        try {
            return free.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while writing pages");
        }
    }

    private void submit() throws IOException {
        KdumpBatch batch = current;
        if (batch == null) {
            return;
        }
        current = null;
        rethrow();
        if (threads.size() < threadCount) {
            threads.add(Thread.ofPlatform().daemon().name("page compressor").start(this::work));
        }
        // There are never more batches than places.
        filled.add(batch);
    }

    private void work() {
        try (PageCompressor compressor = PageCompressor.of(compression)) {
            for (KdumpBatch batch = filled.take(); batch != end; batch = filled.take()) {
                process(batch, compressor);
                free.add(batch);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void process(KdumpBatch batch, PageCompressor compressor) throws InterruptedException {
        try {
            if (failure == null) {
                batch.compress(compressor);
            }
        } catch (RuntimeException | Error e) {
            failure = new IOException("pages could not be compressed: " + e, e);
        }
        synchronized (turn) {
            while (nextToWrite != batch.sequence()) {
                turn.wait();
            }
            try {
                if (failure == null && batch.packedLength() > 0) {
                    out.put(batch.packed(), dataAt);
                    batch.describe(out, descriptorsAt, dataAt, compression.flag(), written);
                    dataAt += batch.packedLength();
                }
            } catch (IOException e) {
                failure = e;
            } catch (RuntimeException | Error e) {
                failure = new IOException("pages could not be written: " + e, e);
            } finally {
                nextToWrite++;
                turn.notifyAll();
            }
        }
    }

    private void rethrow() throws IOException {
        IOException e = failure;
        if (e != null) {
            throw e;
        }
    }

    /**
     * Waits for all pages and describes those that are zero.
     *
     * @return the length of the file
     */
    long finish() throws IOException {
        submit();
        stop();
        rethrow();
        out.put(ByteBuffer.allocate(pageSize), zeroPageAt);
        ByteBuffer descriptors =
                ByteBuffer.allocate(ZERO_DESCRIPTORS * DESCRIPTOR).order(ByteOrder.LITTLE_ENDIAN);
        while (descriptors.hasRemaining()) {
            descriptors.putLong(zeroPageAt).putInt(pageSize).putInt(0).putLong(0);
        }
        for (int from = written.nextClearBit(0); from < pages; ) {
            int next = written.nextSetBit(from);
            int to = Math.min(next < 0 ? pages : next, from + ZERO_DESCRIPTORS);
            out.put(
                    descriptors.clear().limit((to - from) * DESCRIPTOR),
                    descriptorsAt + (long) from * DESCRIPTOR);
            from = written.nextClearBit(to);
        }
        return dataAt;
    }

    private void stop() throws IOException {
        for (int i = 0; i < threads.size(); i++) {
            filled.add(end);
        }
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        threads.clear();
        if (interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while writing pages");
        }
    }

    /** Lets the threads end. */
    @Override
    public void close() throws IOException {
        stop();
    }
}
