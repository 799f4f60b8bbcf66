package dev.ferry.stream.dump;

import dev.ferry.stream.UnsupportedStreamException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * Writes kdump-compressed files, which {@code crash} and {@code makedumpfile} read: pages
 * compressed one by one. In blocks of one page each:
 *
 * <pre>
 *  disk_dump_header, one block
 *  kdump_sub_header with the notes behind it, in whole blocks
 *  bitmap of valid pages, twice; bit n of byte m is page 8m + n
 *  for each valid page: u64 offset, u32 length, u32 compression, u64 flags
 *  the pages' data
 * </pre>
 *
 * Little endian. All zero pages share their data. The plain layout needs a file; the flat one
 * ({@link FlatChunks}) can go anywhere. The pages are compressed by as many threads as there are
 * processors. QEMU dump/dump.c, create_header64; include/sysemu/dump.h; makedumpfile
 * diskdump_mod.h.
 */
public final class KdumpWriter {

    /** How pages are compressed. What does not become smaller is stored. */
    public enum Compression {
        NONE(0),
        ZLIB(1),
        LZO(2),
        SNAPPY(4),
        ZSTD(0x20);

        private final int flag;

        Compression(int flag) {
            this.flag = flag;
        }

        /** The bit in the header and in page descriptors. */
        int flag() {
            return flag;
        }
    }

    private static final int BITMAP_PIECE = 1 << 16;

    private final GuestDump dump;
    private final Compression compression;
    private final List<GuestRange> ranges;
    private final int pageSize;
    private final boolean longMode;
    private final boolean wide;
    private final byte[] notes;
    private Optional<GuestNote> note;
    private final long pageFrames;
    private final int subHeaderBlocks;
    private final long bitmapBlocks;

    private KdumpWriter(GuestDump dump, Compression compression) throws IOException {
        this.dump = dump;
        this.compression = compression;
        ranges = dump.layout().ranges();
        pageSize = dump.pages().pageSize();
        longMode = dump.firstCpu("kdump").longMode();
        wide = dump.wide();
        notes = CpuNotes.of(dump);
        for (GuestRange range : ranges) {
            if (range.start() % pageSize != 0 || range.length() % pageSize != 0) {
                throw new UnsupportedStreamException(
                        "kdump: " + range + " does not consist of whole pages",
                        dump.layout().place());
            }
        }
        pageFrames = ranges.getLast().end() / pageSize;
        note = GuestNote.told(dump);
        int room = note.map(n -> n.bytes().length).orElse(GuestNote.ROOM);
        subHeaderBlocks = blocks((long) KdumpHeaders.SUB_HEADER + notes.length + room);
        bitmapBlocks = 2L * blocks((pageFrames + 7) / 8);
    }

    /**
     * Writes a file in the plain layout.
     *
     * @param file empty and writable; remains open
     * @return the file's length
     * @throws UnsupportedStreamException if the guest has no x86 CPU, or memory of it is encrypted
     */
    public static long write(GuestDump dump, Compression compression, FileChannel file)
            throws IOException {
        return new KdumpWriter(dump, compression)
                .write((bytes, offset) -> LittleEndian.write(bytes, file, offset), true);
    }

    /**
     * Writes the flat layout, as QEMU does, from where the channel is.
     *
     * @param out a file, pipe or socket; remains open
     */
    public static void writeFlat(GuestDump dump, Compression compression, WritableByteChannel out)
            throws IOException {
        KdumpWriter writer = new KdumpWriter(dump, compression);
        FlatChunks chunks = new FlatChunks(out);
        chunks.begin();
        writer.write(chunks, false);
        chunks.end();
    }

    private int blocks(long bytes) {
        return (int) ((bytes + pageSize - 1) / pageSize);
    }

    private long write(Chunks out, boolean sparse) throws IOException {
        long bitmapAt = (1L + subHeaderBlocks) * pageSize;
        long bitmapLength = bitmapBlocks / 2 * pageSize;
        bitmap(out, bitmapAt, bitmapLength, sparse);
        bitmap(out, bitmapAt + bitmapLength, bitmapLength, sparse);
        long descriptorsAt = bitmapAt + 2 * bitmapLength;
        long[] descriptors = new long[ranges.size()];
        long pages = 0;
        for (int i = 0; i < descriptors.length; i++) {
            descriptors[i] = pages * pageSize;
            pages += ranges.get(i).length() / pageSize;
        }
        if (pages > Integer.MAX_VALUE) {
            throw new UnsupportedStreamException(
                    "kdump: " + pages + " pages are more than can be kept account of",
                    dump.layout().place());
        }
        try (KdumpPages sink =
                new KdumpPages(
                        out,
                        compression,
                        new RangePlacement(ranges, descriptors),
                        pageSize,
                        (int) pages,
                        descriptorsAt)) {
            NoteScan scan = new NoteScan(sink);
            dump.pages().transfer(note.isPresent() ? sink : scan);
            long length = sink.finish();
            note = note.or(() -> GuestNote.seen(scan, dump.layout()));
            KdumpHeaders headers =
                    new KdumpHeaders(wide, longMode, pageSize, subHeaderBlocks, pageFrames);
            out.put(ByteBuffer.wrap(headers.sub(notes, note)), pageSize);
            out.put(
                    ByteBuffer.wrap(
                            headers.main(compression.flag, bitmapBlocks, dump.cpus().size())),
                    0);
            return length;
        }
    }

    private void bitmap(Chunks out, long at, long length, boolean sparse) throws IOException {
        byte[] piece = new byte[BITMAP_PIECE];
        int next = 0;
        for (long start = 0; start < length; start += piece.length) {
            int bytes = (int) Math.min(piece.length, length - start);
            java.util.Arrays.fill(piece, (byte) 0);
            boolean any = false;
            for (int i = next; i < ranges.size(); i++) {
                long from = Math.max(start * 8, ranges.get(i).start() / pageSize);
                long to = Math.min((start + bytes) * 8, ranges.get(i).end() / pageSize);
                any |= from < to;
                for (long page = from; page < to; page++) {
                    piece[(int) (page / 8 - start)] |= (byte) (1 << (page & 7));
                }
            }
            if (any || !sparse) {
                out.put(ByteBuffer.wrap(piece, 0, bytes), at + start);
            }
        }
    }

    /** Where the parts of the file go. */
    @FunctionalInterface
    interface Chunks {
        /** Writes bytes at an offset of the plain layout. */
        void put(ByteBuffer bytes, long offset) throws IOException;
    }

    /**
     * makedumpfile's flat layout: the plain one in pieces that may come in any order.
     *
     * <pre>
     *  "makedumpfile\0\0\0\0", u64 type 1, u64 version 1, zeros up to 4096 bytes
     *  { u64 offset, u64 length, bytes }*
     *  u64 -1, u64 -1
     * </pre>
     *
     * Big endian.
     */
    static final class FlatChunks implements Chunks {

        private static final int HEADER = 4096;

        private final WritableByteChannel out;
        private final ByteBuffer head = ByteBuffer.allocate(16);

        FlatChunks(WritableByteChannel out) {
            this.out = out;
        }

        void begin() throws IOException {
            ByteBuffer header = ByteBuffer.allocate(HEADER);
            header.put("makedumpfile".getBytes(StandardCharsets.US_ASCII)).position(16);
            header.putLong(1).putLong(1).clear();
            write(header);
        }

        @Override
        public void put(ByteBuffer bytes, long offset) throws IOException {
            write(head.clear().putLong(offset).putLong(bytes.remaining()).flip());
            write(bytes);
        }

        void end() throws IOException {
            write(head.clear().putLong(-1).putLong(-1).flip());
        }

        private void write(ByteBuffer bytes) throws IOException {
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
        }
    }
}
