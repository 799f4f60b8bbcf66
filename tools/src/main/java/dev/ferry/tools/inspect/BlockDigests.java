package dev.ferry.tools.inspect;

import dev.ferry.stream.ram.ImageDigests;
import dev.ferry.stream.ram.PageSink;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.ram.RamImage;
import dev.ferry.tools.json.Json;
import java.io.Closeable;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Puts guest memory together and digests each block. */
final class BlockDigests implements Closeable {

    private final RamImage image = new RamImage();
    private final ImageDigests digests = new ImageDigests(image);
    private final Map<Integer, String> byIndex = new HashMap<>();

    /** Takes the pages. */
    PageSink sink() {
        return digests;
    }

    /** To be called when all pages have come. */
    void finish() throws IOException {
        for (Map.Entry<RamBlock, byte[]> digest : digests.digests().entrySet()) {
            byIndex.put(digest.getKey().index(), Json.hex(digest.getValue()));
        }
    }

    /** SHA-256 of the block's used length in hex, or null before {@link #finish}. */
    @Nullable String sha256(RamBlock block) {
        return byIndex.get(block.index());
    }

    @Override
    public void close() throws IOException {
        digests.close();
        image.close();
    }
}
