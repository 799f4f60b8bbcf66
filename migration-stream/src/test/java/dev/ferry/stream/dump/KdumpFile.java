package dev.ferry.stream.dump;

import com.github.luben.zstd.Zstd;
import io.airlift.compress.v3.lzo.LzoDecompressor;
import io.airlift.compress.v3.snappy.SnappyJavaDecompressor;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** A kdump file in the plain layout, read by the book. */
final class KdumpFile implements Closeable {

    static final int PAGE = 4096;

    private final FileChannel file;
    private final boolean wide;
    private final ByteBuffer header;
    private final ByteBuffer subHeader;
    private final BitSet pages;
    private final long descriptorsAt;

    /**
     * Opens a file.
     *
     * @param wide whether its headers have the form for 64-bit systems; they do not tell
     */
    KdumpFile(Path path, boolean wide) throws IOException {
        this.wide = wide;
        file = FileChannel.open(path);
        header = read(0, PAGE);
        if (!StandardCharsets.US_ASCII.decode(header.slice(0, 8)).toString().equals("KDUMP   ")) {
            throw new IOException(path + " is no kdump file");
        }
        int subHeaderBlocks = header.getInt(wide ? 432 : 420);
        int bitmapBlocks = header.getInt(wide ? 436 : 424);
        subHeader = read(PAGE, subHeaderBlocks * PAGE);
        long bitmapAt = (1L + subHeaderBlocks) * PAGE;
        ByteBuffer first = read(bitmapAt, bitmapBlocks / 2 * PAGE);
        ByteBuffer second = read(bitmapAt + first.capacity(), bitmapBlocks / 2 * PAGE);
        if (!first.equals(second)) {
            throw new IOException("the bitmaps differ");
        }
        pages = BitSet.valueOf(first);
        descriptorsAt = bitmapAt + 2L * first.capacity();
    }

    /** Puts a file of the flat layout together. */
    static Path plain(Path flat, Path target) throws IOException {
        try (FileChannel in = FileChannel.open(flat);
                FileChannel out =
                        FileChannel.open(
                                target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer head = ByteBuffer.allocate(16);
            for (long at = PAGE; ; ) {
                in.read(head.clear(), at);
                long offset = head.getLong(0);
                long length = head.getLong(8);
                if (offset == -1 && length == -1) {
                    if (at + 16 != in.size()) {
                        throw new IOException("bytes behind the end");
                    }
                    return target;
                }
                if (in.transferTo(at + 16, length, out.position(offset)) != length) {
                    throw new IOException("chunk at " + at + " is cut off");
                }
                at += 16 + length;
            }
        }
    }

    private ByteBuffer read(long at, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining() && file.read(bytes, at + bytes.position()) > 0) {
            // as much as there is
        }
        if (bytes.hasRemaining()) {
            throw new IOException("file ends at " + (at + bytes.position()));
        }
        return bytes.flip();
    }

    int compression() {
        return header.getInt(wide ? 424 : 412);
    }

    int maxPages() {
        return header.getInt(wide ? 440 : 428);
    }

    int cpus() {
        return header.getInt(wide ? 460 : 448);
    }

    long physBase() {
        return wide ? subHeader.getLong(0) : subHeader.getInt(0);
    }

    int dumpLevel() {
        return subHeader.getInt(wide ? 8 : 4);
    }

    long maxPages64() {
        return subHeader.getLong(wide ? 96 : 72);
    }

    byte[] notes() throws IOException {
        return read(subHeader.getLong(wide ? 48 : 32), subHeader.getInt(wide ? 56 : 40)).array();
    }

    String vmcoreinfo() throws IOException {
        ByteBuffer text = read(subHeader.getLong(wide ? 32 : 20), subHeader.getInt(wide ? 40 : 28));
        return StandardCharsets.US_ASCII.decode(text).toString();
    }

    /** Which page frames are in the file. */
    BitSet pages() {
        return pages;
    }

    /** The content of a page; {@code index} counts those that are in the file. */
    byte[] page(int index) throws IOException {
        ByteBuffer descriptor = read(descriptorsAt + 24L * index, 24);
        int length = descriptor.getInt(8);
        byte[] stored = read(descriptor.getLong(0), length).array();
        byte[] page = new byte[PAGE];
        int flags = descriptor.getInt(12);
        int unpacked =
                switch (flags) {
                    case 0 -> {
                        System.arraycopy(stored, 0, page, 0, length);
                        yield length;
                    }
                    case 1 -> inflate(stored, page);
                    case 2 -> new LzoDecompressor().decompress(stored, 0, length, page, 0, PAGE);
                    case 4 ->
                            new SnappyJavaDecompressor()
                                    .decompress(stored, 0, length, page, 0, PAGE);
                    case 0x20 -> (int) Zstd.decompress(page, stored);
                    default -> throw new IOException("page flags " + flags);
                };
        if (unpacked != PAGE) {
            throw new IOException("page " + index + " has " + unpacked + " bytes");
        }
        return page;
    }

    /** Whether a page is stored compressed. */
    boolean packed(int index) throws IOException {
        return read(descriptorsAt + 24L * index, 24).getInt(12) != 0;
    }

    private static int inflate(byte[] stored, byte[] page) throws IOException {
        try (Inflater inflater = new Inflater()) {
            inflater.setInput(stored);
            return inflater.inflate(page);
        } catch (DataFormatException e) {
            throw new IOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
