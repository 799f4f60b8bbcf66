package dev.ferry.stream.convert;

import dev.ferry.stream.MigrationReader;
import dev.ferry.stream.ram.ImagePages;
import dev.ferry.stream.ram.LastVersions;
import dev.ferry.stream.ram.PageCensus;
import dev.ferry.stream.ram.PageSink;
import dev.ferry.stream.ram.PageSource;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.ram.RamImage;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The memory a migration brought, read a second time: straight through where each page's last
 * version comes whole, by way of an image where deltas build on each other.
 */
final class SavedPages implements PageSource, Closeable {

    private final MigrationOpener opener;
    private final PageCensus census;
    private final List<RamBlock> blocks;
    private final int pageSize;
    private @Nullable RamImage image;

    SavedPages(MigrationOpener opener, PageCensus census, List<RamBlock> blocks, int pageSize) {
        this.pageSize = pageSize;
        this.opener = opener;
        this.census = census;
        this.blocks = blocks;
    }

    @Override
    public List<RamBlock> blocks() {
        return blocks;
    }

    @Override
    public int pageSize() {
        return pageSize;
    }

    @Override
    public void transfer(PageSink sink) throws IOException {
        if (census.deltas() || census.uncountable()) {
            if (image == null) {
                image = new RamImage();
                read(image);
            }
            new ImagePages(image, blocks, pageSize()).transfer(sink);
            return;
        }
        // All blocks at once: a mapped-ram stream announces them one after the other.
        sink.blocks(blocks, pageSize());
        try (LastVersions last = new LastVersions(census, new Announced(sink))) {
            read(last);
        }
    }

    private void read(PageSink sink) throws IOException {
        try (MigrationReader reader = opener.open(sink)) {
            while (reader.next() != null) {
                // Pages go to the sink.
            }
        }
    }

    @Override
    public void close() throws IOException {
        if (image != null) {
            image.close();
        }
    }
}
