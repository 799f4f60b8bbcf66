package dev.ferry.stream.multifd;

import dev.ferry.stream.convert.RamTarget;
import dev.ferry.stream.io.WireOutput;
import dev.ferry.stream.item.SectionType;
import dev.ferry.stream.multifd.MultiFdChannels.Marker;
import dev.ferry.stream.ram.PageCensus;
import dev.ferry.stream.ram.PageRun;
import dev.ferry.stream.ram.PageSink;
import dev.ferry.stream.ram.PageSource;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.ram.RamFeatures;
import dev.ferry.stream.ram.RamSectionWriter;
import dev.ferry.stream.ram.ZeroDetection;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.util.List;

/** How the multifd writer is used: memory goes to further channels, each page of it mentioned. */
final class MultiFdRam implements RamTarget, AutoCloseable {

    private final PageSource source;
    private final Marker marker;
    private final List<? extends WritableByteChannel> outputs;
    private final MultiFdOptions options;
    private final MultiFdWriter channels;
    private RamSectionWriter ram;

    MultiFdRam(
            PageSource source,
            List<? extends WritableByteChannel> outputs,
            Marker marker,
            MultiFdOptions options,
            WireOutput main) {
        this.source = source;
        this.marker = marker;
        this.outputs = outputs;
        this.options = options;
        this.ram = new RamSectionWriter(main, source.pageSize());
        this.channels =
                new MultiFdWriter(
                        outputs,
                        source.pageSize(),
                        options,
                        (block, offset) -> ram.fill(block, offset, 0));
    }

    @Override
    public void start(WireOutput out, RamFeatures features) throws IOException {
        ram.blockList(source.blocks(), features);
        end(out, SectionType.START);
    }

    @Override
    public void part(WireOutput out) throws IOException {
        Mentioned sink = new Mentioned(channels);
        source.transfer(
                options.zeroPages() == ZeroPageDetection.NONE ? sink : new ZeroDetection(sink));
        for (RamBlock block : source.blocks()) {
            long pages = block.pages(source.pageSize());
            for (long at = sink.census.nextMissing(block, 0);
                    at < pages;
                    at = sink.census.nextMissing(block, at + 1)) {
                channels.zeroPages(block, at * source.pageSize(), 1);
            }
        }
        end(out, SectionType.PART);
    }

    @Override
    public void end(WireOutput out) throws IOException {
        end(out, SectionType.END);
        channels.finish();
    }

    private void end(WireOutput out, SectionType type) throws IOException {
        new MultiFdMarkers(marker, channels, ram, out).endBody(type);
    }

    int channels() {
        return outputs.size();
    }

    @Override
    public void close() {
        channels.close();
    }

    /** Notes which pages come. */
    private record Mentioned(PageSink sink, PageCensus census) implements PageSink {

        Mentioned(PageSink sink) {
            this(sink, new PageCensus());
        }

        @Override
        public void blocks(List<RamBlock> blocks, int pageSize) throws IOException {
            census.blocks(blocks, pageSize);
            sink.blocks(blocks, pageSize);
        }

        @Override
        public void pages(PageRun run)
                throws IOException, dev.ferry.stream.ram.MalformedPageException {
            census.pages(run);
            sink.pages(run);
        }
    }
}
