package dev.ferry.stream.multifd;

import dev.ferry.stream.ram.PageRun;
import dev.ferry.stream.ram.PageSink;
import dev.ferry.stream.ram.RamBlock;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Writes guest memory to multifd channels: the counterpart of {@link MultiFdChannels}.
 *
 * <pre>
 *  pages()  --copy-->  batch of 512 KiB  --queue-->  thread of channel 0  --encode-->  channel 0
 *                                        --queue-->  thread of channel 1  --encode-->  channel 1
 * </pre>
 *
 * Each packet holds pages of one block; packets go to the channels in turn, so that the same pages
 * in the same order give the same bytes. Every channel has a thread of its own, which begins with
 * the handshake. What they do wrong, the next call here tells, as an {@link IOException} that names
 * the channel.
 *
 * <p>Content that is handed over travels as content: {@link dev.ferry.stream.ram.ZeroDetection}
 * finds the zero pages in it. Memory: 512 KiB for each of {@code 2 * channels + 1} batches (for
 * many channels less), and for each channel its buffers and its compressor.
 *
 * <p>For use by one thread. Everything must be told in this order: {@link #sync} for the first RAM
 * section, pages and further syncs, {@link #finish}. {@link MultiFdMarkers} keeps the syncs in step
 * with the main channel.
 */
public final class MultiFdWriter implements PageSink, Closeable {

    private static final int MAX_SPARE_BATCHES = 8;

    /** How long a write that was broken off may take to end. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final int pageSize;
    private final MultiFdOptions options;
    private final ZeroPageWriter zeroPages;
    private final List<MultiFdSender> senders = new ArrayList<>();
    private final BlockingQueue<PageBatch> free;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private int batchesLeft;
    private @Nullable PageBatch filling;
    private int next;
    private long packets;
    private boolean finished;

    /**
     * Starts writing: the handshakes are sent.
     *
     * @param channels 1 to 255, blocking, for channel ids 0, 1, ...; they stay the caller's to
     *     close, after {@link #finish}
     * @param pageSize target page size in bytes
     * @param zeroPages takes zero pages with {@link ZeroPageDetection#LEGACY}; called within {@link
     *     #pages} and {@link #zeroPages}
     */
    public MultiFdWriter(
            List<? extends WritableByteChannel> channels,
            int pageSize,
            MultiFdOptions options,
            ZeroPageWriter zeroPages) {
        if (channels.isEmpty() || channels.size() > 255) {
            throw new IllegalArgumentException(channels.size() + " multifd channels");
        }
        this.pageSize = pageSize;
        this.options = options;
        this.zeroPages = zeroPages;
        this.batchesLeft = channels.size() + Math.min(channels.size(), MAX_SPARE_BATCHES) + 1;
        this.free = new ArrayBlockingQueue<>(batchesLeft);
        for (int id = 0; id < channels.size(); id++) {
            MultiFdChannelWriter channel =
                    new MultiFdChannelWriter(channels.get(id), id, pageSize, options);
            senders.add(new MultiFdSender(id, channel, batchesLeft, free, failure));
        }
        for (MultiFdSender sender : senders) {
            sender.start();
        }
    }

    @Override
    public void blocks(List<RamBlock> blocks, int size) {
        if (size != pageSize) {
            throw new IllegalArgumentException(
                    "pages of " + size + " bytes for channels of " + pageSize);
        }
    }

    /**
     * Takes pages, {@code RAW} or {@code FILL}; the content is copied. Waits while all batches are
     * under way.
     *
     * @throws IOException if a channel could not be written
     */
    @Override
    public void pages(PageRun run) throws IOException {
        check();
        switch (run.encoding()) {
            case RAW -> raw(run);
            case FILL -> fill(run);
            case XBZRLE, ZLIB, ABSENT ->
                    throw new IllegalArgumentException("pages come as " + run.encoding());
        }
    }

    private void raw(PageRun run) throws IOException {
        RamBlock block = run.block();
        int index = run.dataIndex();
        for (int i = 0; i < run.count(); i++) {
            batch(block).page(run.offset() + (long) i * pageSize, run.data(), index);
            index += run.stride();
        }
    }

    private void fill(PageRun run) throws IOException {
        if (run.fill() == 0) {
            zeroPages(run.block(), run.offset(), run.count());
            return;
        }
        for (int i = 0; i < run.count(); i++) {
            batch(run.block()).filled(run.offset() + (long) i * pageSize, (byte) run.fill());
        }
    }

    /**
     * Takes {@code count} zero pages of {@code block} from {@code offset} on, which travel as
     * {@link MultiFdOptions#zeroPages()} says; {@code FILL} runs of 0 do the same.
     *
     * @throws IOException if a channel could not be written
     */
    public void zeroPages(RamBlock block, long offset, long count) throws IOException {
        check();
        long end = offset + count * pageSize;
        for (long at = offset; at < end; at += pageSize) {
            switch (options.zeroPages()) {
                case NONE -> batch(block).filled(at, (byte) 0);
                case LEGACY -> zeroPages.zeroPage(block, at);
                case MULTIFD -> batch(block).zeroPage(at);
            }
        }
    }

    /** A batch with room for one more page of {@code block}. */
    private PageBatch batch(RamBlock block) throws IOException {
        PageBatch batch = filling;
        if (batch != null && (batch.full() || batch.block().index() != block.index())) {
            dispatch(batch);
            batch = null;
        }
        if (batch == null) {
            batch = emptyBatch();
            batch.begin(block);
            filling = batch;
        }
        return batch;
    }

    private PageBatch emptyBatch() throws IOException {
        PageBatch batch = free.poll();
        if (batch != null) {
            return batch;
        }
        if (batchesLeft > 0) {
            batchesLeft--;
            return new PageBatch(pageSize);
        }
        try {
            return free.take();
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    private void dispatch(PageBatch batch) throws IOException {
        filling = null;
        check();
        batch.seal(packets++, false);
        queue(nextChannel(), batch);
    }

    private int nextChannel() {
        int channel = next;
        next = (next + 1) % senders.size();
        return channel;
    }

    private void queue(int channel, PageBatch batch) throws IOException {
        try {
            senders.get(channel).pages(batch);
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    /**
     * Sends one SYNC on each channel, behind all pages so far. The caller writes one marker on the
     * main channel, and lets it go out before more pages: the destination stops reading a channel
     * at its SYNC until it has seen the marker.
     */
    public void sync() throws IOException {
        check();
        PageBatch last = filling;
        filling = null;
        int merged = -1;
        if (last != null) {
            merged = nextChannel();
            if (!options.dialect().mergesSync()) {
                last.seal(packets++, false);
                queue(merged, last);
                merged = -1;
            }
        }
        try {
            for (int i = 0; i < senders.size(); i++) {
                long number = packets++;
                if (last != null && i == merged) {
                    last.seal(number, true);
                    senders.get(i).pages(last);
                } else {
                    senders.get(i).sync(number);
                }
            }
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    /**
     * Writes all that is still to be written, and waits for it.
     *
     * @throws IOException if a channel could not be written; those that could are complete
     */
    public void finish() throws IOException {
        check();
        PageBatch last = filling;
        if (last != null) {
            dispatch(last);
        }
        try {
            for (MultiFdSender sender : senders) {
                sender.end();
            }
            for (MultiFdSender sender : senders) {
                sender.await();
            }
        } catch (InterruptedException e) {
            throw interrupted();
        }
        finished = true;
        tellFailure();
    }

    private void check() throws IOException {
        if (finished) {
            throw new IllegalStateException("the multifd channels are finished");
        }
        tellFailure();
    }

    private void tellFailure() throws IOException {
        Throwable found = failure.get();
        if (found == null) {
            return;
        }
        // A new exception each time: the thread's own is its cause, and shows where it was.
        if (found instanceof IOException) {
            throw new IOException(found.getMessage(), found);
        }
        throw new IllegalStateException("a multifd channel's thread failed", found);
    }

    private static InterruptedIOException interrupted() {
        Thread.currentThread().interrupt();
        return new InterruptedIOException("interrupted while multifd channels were written");
    }

    /**
     * Frees what it holds. Without {@link #finish} before, what is not yet written is given up and
     * channels may be closed.
     */
    @Override
    public void close() {
        if (finished) {
            return;
        }
        finished = true;
        for (MultiFdSender sender : senders) {
            sender.abandon();
        }
        try {
            for (MultiFdSender sender : senders) {
                sender.await(PATIENCE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
