package dev.ferry.stream.ram;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Passes on only the last version of each page, with its content unpacked: what a stream's second
 * reading needs after a {@link PageCensus} of the first.
 */
public final class LastVersions implements PageSink, Closeable {

    private final PageSink sink;
    private final PageCensus.Countdown countdown;
    private final PageRun part = new PageRun();
    private final ZlibPage zlib = new ZlibPage();
    private byte[] page = new byte[0];
    private ByteBuffer unpacked = ByteBuffer.wrap(page);

    /** Passes pages to {@code sink}, which no delta may be among. */
    public LastVersions(PageCensus census, PageSink sink) {
        this.sink = sink;
        this.countdown = census.countdown();
    }

    @Override
    public void blocks(List<RamBlock> blocks, int pageSize) throws IOException {
        if (page.length != pageSize) {
            page = new byte[pageSize];
            unpacked = ByteBuffer.wrap(page);
        }
        sink.blocks(blocks, pageSize);
    }

    @Override
    public void pages(PageRun run) throws IOException, MalformedPageException {
        if (run.encoding() == PageRun.Encoding.ZLIB) {
            if (countdown.last(run.block(), run.offset())) {
                unpack(run);
            }
            return;
        }
        if (countdown.allLast(run.block(), run.offset(), run.count())) {
            sink.pages(run);
            return;
        }
        int from = 0;
        for (int i = 0; i < run.count(); i++) {
            if (!countdown.last(run.block(), run.offset() + (long) i * run.pageSize())) {
                pass(run, from, i);
                from = i + 1;
            }
        }
        pass(run, from, run.count());
    }

    private void pass(PageRun run, int from, int to) throws IOException, MalformedPageException {
        if (from < to) {
            part.partOf(run, from, to - from);
            sink.pages(part);
        }
    }

    private void unpack(PageRun run) throws IOException, MalformedPageException {
        zlib.inflate(run.data(), run.dataIndex(), run.encodedLength(), page);
        part.channel(run.channel());
        part.pageSize(run.pageSize());
        part.beginRaw(
                run.block(),
                run.offset(),
                run.kind(),
                unpacked,
                0,
                page.length,
                run.streamOffset());
        sink.pages(part);
    }

    @Override
    public void close() {
        zlib.close();
    }
}
