package dev.ferry.tools.verify;

import dev.ferry.stream.ram.MalformedPageException;
import dev.ferry.stream.ram.PageKind;
import dev.ferry.stream.ram.PageRun;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.ram.RamImage;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * Whether encoded pages can be decoded. A bad one is reported and passed over, since the length
 * before it tells where the next one is. Payloads of multifd are decoded by their reader.
 */
final class PageContentCheck implements Check, Closeable {

    private final Verification verification;

    /**
     * Holds only pages that come encoded: what they decode to does not matter, that they do does.
     */
    private final RamImage image = new RamImage();

    private boolean compressed;

    PageContentCheck(Verification verification) {
        this.verification = verification;
    }

    @Override
    public void blocks(List<RamBlock> blocks, int pageSize) {
        try {
            image.blocks(blocks, pageSize);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void pages(PageRun run) {
        switch (run.encoding()) {
            case XBZRLE, ZLIB -> decode(run);
            case FILL -> fill(run);
            case RAW, ABSENT -> {}
        }
    }

    private void decode(PageRun run) {
        if (run.kind() == PageKind.COMPRESSED && !compressed) {
            compressed = true;
            verification
                    .findings()
                    .warning(
                            verification.place(run),
                            "compressed page: QEMU 9.1 and later cannot read it");
        }
        try {
            image.pages(run);
        } catch (MalformedPageException e) {
            verification.findings().error(verification.place(run), String.valueOf(e.getMessage()));
        }
    }

    private void fill(PageRun run) {
        if (run.fill() != 0) {
            verification
                    .findings()
                    .error(
                            verification.place(run),
                            "ZERO record with fill byte 0x"
                                    + Integer.toHexString(run.fill())
                                    + ": QEMU 7.2 fills the page with it, 10.0 refuses it");
        }
    }

    @Override
    public void close() throws IOException {
        image.close();
    }
}
