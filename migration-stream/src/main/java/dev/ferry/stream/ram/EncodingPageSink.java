package dev.ferry.stream.ram;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Writes pages as records of one channel, in the form that was chosen: zero pages as ZERO, others
 * plain, compressed, or as deltas.
 *
 * <pre>{@code
 * EncodingPageSink sink = EncodingPageSink.xbzrle(ram, pageSize, cache);
 * ram.blockList(blocks, features); ram.eos();   // START
 * source.transfer(sink); ram.eos();             // PART, first round: no deltas yet
 * sink.nextRound();
 * ...                                           // PART, pages that changed
 * sink.lastRound();
 * ...                                           // END
 * }</pre>
 *
 * Takes runs of contents, RAW and FILL, and neither block list nor EOS: these are for whoever owns
 * the {@link RamSectionWriter}. Nothing is allocated for a page.
 */
public final class EncodingPageSink implements PageSink, Closeable {

    private final RamSectionWriter out;
    private final PageEncoder encoder;
    private final RamAddresses addresses;
    private final int pageSize;
    private final ByteBuffer filled;
    private boolean zeros = true;
    private ByteBuffer viewOf = ByteBuffer.allocate(0);
    private ByteBuffer view = viewOf;

    private EncodingPageSink(
            RamSectionWriter out, int pageSize, PageEncoder encoder, RamAddresses addresses) {
        this.out = out;
        this.pageSize = pageSize;
        this.encoder = encoder;
        this.addresses = addresses;
        this.filled = ByteBuffer.allocateDirect(pageSize);
    }

    /** Pages go out as they are. */
    public static EncodingPageSink plain(RamSectionWriter out, int pageSize) {
        return new EncodingPageSink(out, pageSize, new PlainPages(), new RamAddresses());
    }

    /**
     * Pages go out as zlib streams, which QEMU reads from 2.3 to 9.0, with capability compress.
     *
     * @param level 0 to 9
     */
    public static EncodingPageSink zlib(RamSectionWriter out, int pageSize, int level) {
        return new EncodingPageSink(
                out, pageSize, new ZlibPages(pageSize, level), new RamAddresses());
    }

    /**
     * Pages go out as deltas from the second round on.
     *
     * @param cache remains whoever opened it's to close
     * @param statistics counts along
     */
    public static EncodingPageSink xbzrle(
            RamSectionWriter out, int pageSize, XbzrleCache cache, XbzrleStatistics statistics) {
        RamAddresses addresses = new RamAddresses();
        return new EncodingPageSink(
                out, pageSize, new XbzrlePages(cache, statistics, addresses, pageSize), addresses);
    }

    /** Whether RAW pages are looked at for being zero, as they are if nothing is said. */
    public EncodingPageSink detectZeros(boolean detect) {
        zeros = detect;
        return this;
    }

    /** The first round over memory is complete, or a later one. */
    public void nextRound() {
        encoder.nextRound();
    }

    /** What follows is the last round: the guest stands still, and nothing is sent after it. */
    public void lastRound() {
        encoder.lastRound();
    }

    @Override
    public void blocks(List<RamBlock> blocks, int size) {
        if (size != pageSize) {
            throw new IllegalArgumentException("pages of " + size + " bytes, expected " + pageSize);
        }
        addresses.blocks(blocks);
    }

    @Override
    public void pages(PageRun run) throws IOException {
        switch (run.encoding()) {
            case RAW -> raw(run);
            case FILL -> fill(run);
            case XBZRLE, ZLIB, ABSENT ->
                    throw new IllegalArgumentException(
                            "a run of pages that are " + run.encoding() + ": contents are needed");
        }
    }

    private void raw(PageRun run) throws IOException {
        int index = run.dataIndex();
        long offset = run.offset();
        for (int i = 0; i < run.count(); i++) {
            page(run.block(), offset, run.data(), index);
            index += run.stride();
            offset += pageSize;
        }
    }

    private void fill(PageRun run) throws IOException {
        long offset = run.offset();
        if (run.fill() != 0) {
            for (int i = 0; i < pageSize; i++) {
                filled.put(i, (byte) run.fill());
            }
        }
        for (int i = 0; i < run.count(); i++) {
            if (run.fill() == 0) {
                zero(run.block(), offset);
            } else {
                // A ZERO record of another byte is what QEMU 10 refuses.
                encoder.page(out, run.block(), offset, filled, 0);
            }
            offset += pageSize;
        }
    }

    /** Writes one page, whose bytes are in {@code from} at {@code index}. */
    public void page(RamBlock block, long offset, ByteBuffer from, int index) throws IOException {
        if (zeros && isZero(from, index)) {
            zero(block, offset);
        } else {
            encoder.page(out, block, offset, from, index);
        }
    }

    /** Writes one page of zeros. */
    public void zero(RamBlock block, long offset) throws IOException {
        out.fill(block, offset, 0);
        encoder.zero(block, offset);
    }

    private boolean isZero(ByteBuffer from, int index) {
        if (viewOf != from) {
            viewOf = from;
            view = from.duplicate().clear().order(ByteOrder.nativeOrder());
        }
        ByteBuffer b = view;
        if (b.getLong(index) != 0) {
            return false;
        }
        long any = 0;
        for (int i = 8; i < pageSize; i += 8) {
            any |= b.getLong(index + i);
        }
        return any == 0;
    }

    @Override
    public void close() {
        encoder.close();
    }
}
