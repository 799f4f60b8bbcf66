package dev.ferry.stream.convert;

import dev.ferry.stream.io.WireOutput;
import dev.ferry.stream.ram.MalformedPageException;
import dev.ferry.stream.ram.MappedRamBitmap;
import dev.ferry.stream.ram.MappedRamHeader;
import dev.ferry.stream.ram.MappedRamLayout;
import dev.ferry.stream.ram.PageRun;
import dev.ferry.stream.ram.PageSink;
import dev.ferry.stream.ram.PageSource;
import dev.ferry.stream.ram.PositionalPageWriter;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.ram.RamFeatures;
import dev.ferry.stream.ram.RamSectionWriter;
import dev.ferry.stream.ram.ZeroDetection;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Memory in places of its own in the file: mapped-ram. The output must go to that file, too.
 *
 * <p>A page of zeros is a hole with its bit clear, which tells a destination to leave its memory
 * alone. In small blocks its bit is set: they may be ROMs, in which a destination has something
 * else than zeros.
 */
public final class MappedRamFile implements RamTarget {

    private final PageSource source;
    private final FileChannel file;
    private final long fileOrigin;
    private final ZeroPages zeroPages;
    private @Nullable MappedRamLayout layout;

    /**
     * @param fileOrigin file offset of the stream's first byte
     */
    public MappedRamFile(
            PageSource source, FileChannel file, long fileOrigin, ZeroPages zeroPages) {
        this.source = source;
        this.file = file;
        this.fileOrigin = fileOrigin;
        this.zeroPages = zeroPages;
    }

    @Override
    public String capability() {
        return "mapped-ram";
    }

    @Override
    public List<String> excludes() {
        // QEMU's loader does not expect the addresses that x-ignore-shared puts into the list.
        return List.of("x-ignore-shared");
    }

    @Override
    public void start(WireOutput out, RamFeatures features) throws IOException {
        layout =
                MappedRamLayout.of(
                        source.blocks(), features, source.pageSize(), out.offset(), fileOrigin);
        RamSectionWriter ram = new RamSectionWriter(out, source.pageSize());
        ram.mappedBlockList(layout, features);
        // Gaps that cannot be holes are zeros, which must not come after the pages.
        out.flush();
        ram.eos();
    }

    @Override
    public void part(WireOutput out) throws IOException {
        MappedRamLayout to = Objects.requireNonNull(layout);
        List<MappedRamBitmap> bitmaps = new ArrayList<>();
        for (RamBlock block : to.blocks()) {
            bitmaps.add(new MappedRamBitmap(block.pages(source.pageSize())));
        }
        try (PositionalPageWriter pages =
                new PositionalPageWriter(
                        file,
                        (block, offset, length, places) ->
                                places.at(
                                        offset,
                                        length,
                                        header(to, block).pagesOffset() + offset))) {
            source.transfer(new ZeroDetection(new Marking(pages, bitmaps)));
        }
        for (RamBlock block : to.blocks()) {
            MappedRamBitmap bitmap = bitmaps.get(block.index());
            if (zeroPages == ZeroPages.DATA || (zeroPages == ZeroPages.MARK && Roms.mayBe(block))) {
                bitmap.set(0, bitmap.pages());
            }
            bitmap.write(file, header(to, block).bitmapOffset());
        }
        new RamSectionWriter(out, source.pageSize()).eos();
    }

    private static MappedRamHeader header(MappedRamLayout to, RamBlock block) {
        return Objects.requireNonNull(to.blocks().get(block.index()).mapped());
    }

    @Override
    public void end(WireOutput out) throws IOException {
        new RamSectionWriter(out, source.pageSize()).eos();
    }

    /** Notes which pages are written. */
    private record Marking(PageSink pages, List<MappedRamBitmap> bitmaps) implements PageSink {

        @Override
        public void blocks(List<RamBlock> blocks, int pageSize) throws IOException {
            pages.blocks(blocks, pageSize);
        }

        @Override
        public void pages(PageRun run) throws IOException, MalformedPageException {
            if (run.encoding() == PageRun.Encoding.FILL && run.fill() == 0) {
                return;
            }
            long first = run.offset() / run.pageSize();
            bitmaps.get(run.block().index()).set(first, first + run.count());
            pages.pages(run);
        }
    }
}
