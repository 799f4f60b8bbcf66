package dev.ferry.tools.inspect;

import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.ram.ImageDigests;
import dev.ferry.stream.ram.PageSink;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.ram.RamImage;
import dev.ferry.stream.ram.StreamDigests;
import dev.ferry.tools.input.InputFiles;
import dev.ferry.tools.input.MigrationInput;
import dev.ferry.tools.json.Json;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Digests each block: straight from the stream where that is possible, else by putting guest memory
 * together, for which files are read a second time. What cannot be read twice is put together at
 * once.
 */
final class BlockDigests implements Closeable {

    private final InputFiles files;
    private final @Nullable StreamDigests direct;
    private final @Nullable Image atOnce;
    private final Map<Integer, String> byIndex = new HashMap<>();

    BlockDigests(InputFiles files) {
        this.files = files;
        boolean again = readableAgain(files);
        this.direct = again ? new StreamDigests() : null;
        this.atOnce = again ? null : new Image();
    }

    private static boolean readableAgain(InputFiles files) {
        if (!Files.isRegularFile(Path.of(files.main()))) {
            return false;
        }
        for (List<String> more : List.of(files.channels(), files.reverse())) {
            for (String file : more) {
                if (!Files.isRegularFile(Path.of(file))) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Takes the pages. */
    PageSink sink() {
        return direct != null ? direct : Objects.requireNonNull(atOnce).digests;
    }

    /**
     * To be called when all pages have come.
     *
     * @param blocks the block list
     * @param wanted which of them to digest
     * @param progress told where reading is, if it goes on once more
     */
    void finish(List<RamBlock> blocks, Predicate<RamBlock> wanted, LongConsumer progress)
            throws IOException {
        if (direct == null) {
            keep(Objects.requireNonNull(atOnce).digests.digests(wanted));
            return;
        }
        keep(direct.digests(wanted));
        Predicate<RamBlock> left = wanted.and(block -> !byIndex.containsKey(block.index()));
        if (blocks.stream().noneMatch(left)) {
            return;
        }
        try (Image image = new Image();
                MigrationInput input =
                        MigrationInput.open(files, InputStream.nullInputStream(), image.digests)) {
            WireInput main = input.main();
            main.onProgress(progress);
            while (input.reader().next() != null) {
                // only the pages matter
            }
            keep(image.digests.digests(left));
        }
    }

    private void keep(Map<RamBlock, byte[]> digests) {
        digests.forEach((block, digest) -> byIndex.put(block.index(), Json.hex(digest)));
    }

    /** SHA-256 of the block's used length in hex, or null before {@link #finish}. */
    @Nullable String sha256(RamBlock block) {
        return byIndex.get(block.index());
    }

    @Override
    public void close() throws IOException {
        if (direct != null) {
            direct.close();
        }
        if (atOnce != null) {
            atOnce.close();
        }
    }

    /** Guest memory put together, and its digests. */
    private static final class Image implements Closeable {
        private final RamImage memory = new RamImage();
        private final ImageDigests digests = new ImageDigests(memory);

        @Override
        public void close() throws IOException {
            digests.close();
            memory.close();
        }
    }
}
