package dev.ferry.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import dev.ferry.stream.io.ByteSource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.ram.PageKind;
import dev.ferry.stream.ram.RamImage;
import dev.ferry.stream.testing.GeneratedSource;
import dev.ferry.stream.testing.Heap;
import dev.ferry.stream.testing.WireBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;

/** What a page costs on the heap: nothing. */
class PageAllocationTest {

    private static final int PAGES = 200_000;

    /** Pages in one generated piece. */
    private static final int BATCH = 50;

    private static final byte[] HEAD =
            WireBytes.of()
                    .raw(StreamBytes.of().ramStart(1 << 20).bytes())
                    .raw("02 00000002")
                    .raw("0000000000000008 016d")
                    .fill(1, 4096)
                    .bytes();

    private static final byte[] TAIL =
            StreamBytes.bare().raw("0000000000000010").footer(2).ramEnd().eof().bytes();

    private interface Work {
        void read() throws IOException;
    }

    /** Reads often enough to be compiled, then measures. */
    private static void assertNothingPerPage(int pages, Work work) throws Exception {
        for (int i = 0; i < 2; i++) {
            work.read();
        }
        long heap = Heap.allocatedBy(work::read);
        // What one reader takes to begin with is no page's: under 4 bytes a page in all.
        assertTrue(heap < 4L * pages, heap + " bytes for " + pages + " pages");
    }

    private static void read(byte[] piece, int pieces, PageKind kind, int expected)
            throws IOException {
        try (RamImage image = new RamImage();
                MigrationReader reader =
                        MigrationReader.of(
                                new WireInput(GeneratedSource.of(HEAD, piece, pieces, TAIL)),
                                ReaderOptions.DEFAULT.withPages(image))) {
            end(reader);
            assertEquals(expected, reader.ram().statistics().pages(kind));
        }
    }

    private static void end(MigrationReader reader) throws IOException {
        StreamItem item = reader.next();
        while (item != null) {
            item = reader.next();
        }
    }

    private static byte[] records(int flags, byte[] content) {
        WireBytes piece = WireBytes.of();
        for (int i = 0; i < BATCH; i++) {
            piece.u64((i * 3L % 256 * 4096) | flags).raw(content);
        }
        return piece.bytes();
    }

    @Test
    void plainPages() throws Exception {
        byte[] piece = records(0x28, WireBytes.of().fill(7, 4096).bytes());
        assertNothingPerPage(PAGES, () -> read(piece, PAGES / BATCH, PageKind.PLAIN, PAGES + 1));
    }

    @Test
    void zeroPages() throws Exception {
        byte[] piece = records(0x22, new byte[1]);
        assertNothingPerPage(PAGES, () -> read(piece, PAGES / BATCH, PageKind.ZERO, PAGES));
    }

    @Test
    void deltas() throws Exception {
        byte[] piece =
                records(0x60, WireBytes.hex("01 0010 05 02 aabb 10 01 cc 7f 04 01020304 10 01 dd"));
        assertNothingPerPage(PAGES, () -> read(piece, PAGES / BATCH, PageKind.XBZRLE, PAGES));
    }

    @Test
    void compressedPages() throws Exception {
        Deflater deflater = new Deflater(1);
        deflater.setInput(new byte[4096]);
        deflater.finish();
        byte[] packed = new byte[200];
        int n = deflater.deflate(packed);
        deflater.end();
        byte[] piece = records(0x120, WireBytes.of().u32(n).raw(Arrays.copyOf(packed, n)).bytes());
        assertNothingPerPage(PAGES, () -> read(piece, PAGES / BATCH, PageKind.COMPRESSED, PAGES));
    }

    @Test
    void pagesNobodyWants() throws Exception {
        byte[] piece = records(0x28, WireBytes.of().fill(7, 4096).bytes());
        assertNothingPerPage(
                PAGES,
                () -> {
                    try (MigrationReader reader =
                            MigrationReader.of(
                                    new WireInput(
                                            GeneratedSource.of(HEAD, piece, PAGES / BATCH, TAIL)),
                                    ReaderOptions.DEFAULT)) {
                        end(reader);
                    }
                });
    }

    // --- multifd -----------------------------------------------------------------------------

    private static byte[] packet(int flags, byte[] payload) {
        WireBytes packet = WireBytes.of().raw("11223344 00000001").u32(flags).u32(128).u32(128);
        packet.u32(payload.length).u64(0).padTo(64).text("m").padTo(320);
        for (int i = 0; i < 128; i++) {
            packet.u64(i * 4096L);
        }
        return packet.raw(payload).bytes();
    }

    private static void readMultiFd(byte[] head, byte[] piece, int pieces) throws IOException {
        byte[] handshake = WireBytes.of().raw("11223344 00000001").fill(0, 56).raw(head).bytes();
        byte[] sync = WireBytes.of().raw("11223344 00000001 00000001").padTo(1344).bytes();
        ByteSource fd = GeneratedSource.of(handshake, piece, pieces, sync);
        try (RamImage image = new RamImage();
                MigrationReader reader =
                        MigrationReader.of(
                                new WireInput(
                                        GeneratedSource.of(
                                                StreamBytes.of().ramStart(1 << 20).eof().bytes(),
                                                new byte[1],
                                                0,
                                                new byte[0])),
                                ReaderOptions.DEFAULT.withPages(image))) {
            reader.addChannel(new WireInput(fd));
            end(reader);
            assertTrue(reader.ram().statistics().pages(PageKind.MULTIFD) >= pieces * 128L);
        }
    }

    @Test
    void multifdPages() throws Exception {
        byte[] piece = packet(0, new byte[128 * 4096]);
        int packets = PAGES / 128;
        // A packet, of 128 pages, costs its block's name.
        assertNothingPerPage(PAGES, () -> readMultiFd(new byte[0], piece, packets));
    }

    @Test
    void zlibPackets() throws Exception {
        Deflater deflater = new Deflater(1);
        byte[][] packets = new byte[2][];
        for (int i = 0; i < 2; i++) {
            byte[] packed = new byte[1 << 20];
            deflater.setInput(new byte[128 * 4096]);
            int n = deflater.deflate(packed, 0, packed.length, Deflater.SYNC_FLUSH);
            packets[i] = packet(2, Arrays.copyOf(packed, n));
        }
        deflater.end();
        assertNothingPerPage(PAGES, () -> readMultiFd(packets[0], packets[1], PAGES / 128));
    }

    @Test
    void zstdPackets() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[][] packets = new byte[2][];
        try (ZstdOutputStreamNoFinalizer zstd = new ZstdOutputStreamNoFinalizer(out, 1)) {
            for (int i = 0; i < 2; i++) {
                zstd.write(new byte[128 * 4096]);
                zstd.flush();
                packets[i] = packet(4, out.toByteArray());
                out.reset();
            }
        }
        assertNothingPerPage(PAGES, () -> readMultiFd(packets[0], packets[1], PAGES / 128));
    }

    // --- streams larger than memory ----------------------------------------------------------

    @Test
    void fiveGigabytesInAFewMegabytes() throws Exception {
        byte[] piece = records(0x28, WireBytes.of().fill(7, 4096).bytes());
        int pieces = (int) ((5L << 30) / piece.length);
        long heap = Heap.allocatedBy(() -> read(piece, pieces, PageKind.PLAIN, pieces * BATCH + 1));
        assertTrue(heap < 16 << 20, heap + " bytes");
    }
}
