package dev.ferry.stream.convert;

import dev.ferry.stream.Place;
import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.stream.io.WireOutput;
import dev.ferry.stream.item.SectionType;
import dev.ferry.stream.multifd.MultiFdChannels.Marker;
import dev.ferry.stream.multifd.MultiFdMarkers;
import dev.ferry.stream.multifd.MultiFdOptions;
import dev.ferry.stream.multifd.MultiFdStyle;
import dev.ferry.stream.multifd.MultiFdWriter;
import dev.ferry.stream.multifd.ZeroPageDetection;
import dev.ferry.stream.ram.MalformedPageException;
import dev.ferry.stream.ram.PageCensus;
import dev.ferry.stream.ram.PageRun;
import dev.ferry.stream.ram.PageSink;
import dev.ferry.stream.ram.PageSource;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.ram.RamFeatures;
import dev.ferry.stream.ram.RamFlags;
import dev.ferry.stream.ram.RamSectionWriter;
import dev.ferry.stream.ram.ZeroDetection;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Memory in multifd channels. Zero pages of small blocks, which may be ROMs, travel as ZERO records
 * on the main channel: in a packet they would leave what the destination has.
 */
public final class MultiFdPages implements RamTarget, Closeable {

    private final PageSource source;
    private final List<RamBlock> shared;
    private final ZeroPages zeroPages;
    private final MultiFdStyle style;
    private final MultiFdOptions options;
    private final List<? extends WritableByteChannel> channels;
    private @Nullable MultiFdWriter writer;
    private @Nullable MultiFdMarkers markers;
    private @Nullable RamSectionWriter ram;

    /**
     * @param shared blocks that are listed but have no pages in the stream
     * @param style of the destination
     * @param options how packets are made; its zero pages are set here
     * @param channels one for each channel id
     */
    public MultiFdPages(
            PageSource source,
            List<RamBlock> shared,
            ZeroPages zeroPages,
            MultiFdStyle style,
            MultiFdOptions options,
            List<? extends WritableByteChannel> channels) {
        this.source = source;
        this.shared = List.copyOf(shared);
        this.zeroPages = zeroPages;
        this.style = style;
        this.options =
                zeroPages == ZeroPages.DATA
                        ? options.withStyle(style).withZeroPages(ZeroPageDetection.NONE)
                        : options.withStyle(style);
        this.channels = List.copyOf(channels);
    }

    @Override
    public void start(WireOutput out, RamFeatures features) throws IOException {
        if (style.marker() == Marker.FLUSH_RECORD
                && source.pageSize() <= RamFlags.RAM_SAVE_FLAG_MULTIFD_FLUSH) {
            throw new UnsupportedStreamException(
                    "multifd: with pages of "
                            + source.pageSize()
                            + " bytes the flag that synchronises channels (0x200) is part of the"
                            + " address",
                    new Place("output", out.offset(), "section 'ram'"));
        }
        RamSectionWriter records = new RamSectionWriter(out, source.pageSize());
        ram = records;
        MultiFdWriter pages =
                new MultiFdWriter(
                        channels,
                        source.pageSize(),
                        options,
                        (block, offset) -> records.fill(block, offset, 0));
        writer = pages;
        markers = new MultiFdMarkers(style.marker(), pages, records, out);
        records.blockList(source.blocks(), features);
        markers.endBody(SectionType.START);
    }

    @Override
    public void part(WireOutput out) throws IOException {
        Sink sink = new Sink(Objects.requireNonNull(writer));
        source.transfer(zeroPages == ZeroPages.DATA ? sink : new ZeroDetection(sink));
        if (zeroPages != ZeroPages.SKIP) {
            for (RamBlock block : source.blocks()) {
                if (!shared.contains(block)) {
                    sink.rest(block, Objects.requireNonNull(ram));
                }
            }
        }
        Objects.requireNonNull(markers).endBody(SectionType.PART);
    }

    @Override
    public void end(WireOutput out) throws IOException {
        Objects.requireNonNull(markers).endBody(SectionType.END);
        Objects.requireNonNull(writer).finish();
    }

    /** Stops the channels' threads, also where writing failed half-way. */
    @Override
    public void close() {
        if (writer != null) {
            writer.close();
        }
    }

    private final class Sink implements PageSink {

        private final MultiFdWriter pages;
        private final PageCensus written = new PageCensus();

        Sink(MultiFdWriter pages) {
            this.pages = pages;
        }

        @Override
        public void blocks(List<RamBlock> blocks, int pageSize) {
            written.blocks(blocks, pageSize);
            pages.blocks(blocks, pageSize);
        }

        @Override
        public void pages(PageRun run) throws IOException, MalformedPageException {
            if (run.encoding() == PageRun.Encoding.FILL && run.fill() == 0) {
                // With the pages that never come, so that one rule holds for all zero pages.
                return;
            }
            written.pages(run);
            pages.pages(run);
        }

        /** Writes the pages that did not come with content. */
        void rest(RamBlock block, RamSectionWriter records) throws IOException {
            long count = block.pages(source.pageSize());
            boolean rom = Roms.mayBe(block) && zeroPages == ZeroPages.MARK;
            for (long page = written.nextMissing(block, 0);
                    page < count;
                    page = written.nextMissing(block, page + 1)) {
                if (rom) {
                    records.fill(block, page * source.pageSize(), 0);
                } else {
                    pages.zeroPages(block, page * source.pageSize(), 1);
                }
            }
        }
    }
}
