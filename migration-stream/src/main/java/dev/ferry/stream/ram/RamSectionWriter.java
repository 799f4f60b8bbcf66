package dev.ferry.stream.ram;

import dev.ferry.stream.io.WireOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes the records of {@code ram} section bodies of one channel: the counterpart of {@link
 * RamSectionReader}.
 *
 * <p>A record continues with the block of the one before whenever it can, as QEMU's do, also from
 * section to section. Source: QEMU migration/ram.c, save_page_header and ram_save_setup.
 */
public final class RamSectionWriter {

    private static final int XBZRLE_HEAD = 3;
    private static final int LONGEST_NAME = 256;

    private final int pageSize;
    private WireOutput out;
    private long oddWord;
    private @Nullable RamBlock last;

    /**
     * @param pageSize target page size in bytes; 0 will do where all pages come as runs
     */
    public RamSectionWriter(WireOutput out, int pageSize) {
        this.out = out;
        this.pageSize = pageSize;
    }

    /** Where records go. */
    public WireOutput out() {
        return out;
    }

    /** From here on records go to {@code other}: into a package, or out of it. */
    public void out(WireOutput other) {
        out = other;
    }

    /**
     * Writes the MEM_SIZE word and the entries. A mapped-ram stream's list has pages in it: see
     * {@link #mappedBlockList}.
     */
    public void blockList(List<RamBlock> blocks, RamFeatures features) throws IOException {
        memSize(blocks);
        for (RamBlock block : blocks) {
            entry(block, features);
        }
    }

    /**
     * Writes a mapped-ram stream's list from where the output stands, and leaves room for bitmaps
     * and pages: holes where the channel can seek, zeros elsewhere. Both are written to their
     * places afterwards, by whoever owns the file.
     *
     * @param layout made for {@link WireOutput#offset()}
     */
    public void mappedBlockList(MappedRamLayout layout, RamFeatures features) throws IOException {
        memSize(layout.blocks());
        for (RamBlock block : layout.blocks()) {
            entry(block, features);
            MappedRamHeader header = Objects.requireNonNull(block.mapped());
            if (header.at() != out.offset()) {
                throw new IllegalArgumentException(
                        "layout for a header at 0x"
                                + Long.toHexString(header.at())
                                + ", the output stands at 0x"
                                + Long.toHexString(out.offset()));
            }
            header.write(out);
            long end = header.pagesOffset() - layout.fileOrigin() + block.usedLength();
            out.gap(end - out.offset());
        }
    }

    /** Writes the word that a block list begins with. */
    void memSize(List<RamBlock> blocks) throws IOException {
        long total = 0;
        for (RamBlock block : blocks) {
            total += block.usedLength();
        }
        memSize(total);
    }

    /** Writes the word that a block list begins with. */
    void memSize(long total) throws IOException {
        word(total | RamFlags.RAM_SAVE_FLAG_MEM_SIZE);
    }

    /**
     * The next word that begins no page is written like this, whatever it would be: QEMU passes
     * over CONTINUE and an address there, and who wants the same bytes again must keep them.
     */
    public void oddWord(long word) {
        oddWord = word;
    }

    private void word(long word) throws IOException {
        out.u64(oddWord == 0 ? word : oddWord);
        oddWord = 0;
    }

    /** Bytes of one entry, without a mapped-ram header. */
    static int entryBytes(RamBlock block, RamFeatures features) {
        return 1
                + block.id().length()
                + 8
                + (features.hostPageSizes() != 0 && block.hostPageSize() != 0 ? 8 : 0)
                + (features.ignoreShared() ? 8 : 0);
    }

    /** Writes one entry, without a mapped-ram header. */
    void entry(RamBlock block, RamFeatures features) throws IOException {
        out.str8(block.id());
        out.u64(block.usedLength());
        if (features.hostPageSizes() != 0 && block.hostPageSize() != 0) {
            out.u64(block.hostPageSize());
        }
        if (features.ignoreShared()) {
            out.u64(block.guestAddress().orElseThrow());
        }
    }

    /**
     * Writes the pages of a run, in the form they have: RAW as PAGE, FILL as ZERO, deltas and
     * compressed pages as they are.
     */
    public void pages(PageRun run) throws IOException {
        int size = run.pageSize();
        switch (run.encoding()) {
            case RAW -> {
                for (int i = 0; i < run.count(); i++) {
                    plain(
                            run.block(),
                            run.offset() + (long) i * size,
                            run.data(),
                            run.dataIndex() + i * run.stride(),
                            size);
                }
            }
            case FILL -> {
                for (int i = 0; i < run.count(); i++) {
                    fill(run.block(), run.offset() + (long) i * size, run.fill());
                }
            }
            case XBZRLE ->
                    delta(
                            run.block(),
                            run.offset(),
                            run.data(),
                            run.dataIndex(),
                            run.encodedLength());
            case ZLIB ->
                    compressed(
                            run.block(),
                            run.offset(),
                            run.data(),
                            run.dataIndex(),
                            run.encodedLength());
            case ABSENT ->
                    throw new IllegalArgumentException("pages without contents cannot be written");
        }
    }

    /** Writes a PAGE record: one page's bytes at {@code index}. */
    public void plain(RamBlock block, long offset, ByteBuffer from, int index) throws IOException {
        plain(block, offset, from, index, pageSize);
    }

    private void plain(RamBlock block, long offset, ByteBuffer from, int index, int size)
            throws IOException {
        ByteBuffer b = head(block, offset, RamFlags.RAM_SAVE_FLAG_PAGE, size);
        int position = b.position();
        b.put(position, from, index, size).position(position + size);
    }

    /** Writes a ZERO record: a page of one repeated byte, which all but old QEMUs want to be 0. */
    public void fill(RamBlock block, long offset, int fill) throws IOException {
        head(block, offset, RamFlags.RAM_SAVE_FLAG_ZERO, 1).put((byte) fill);
    }

    /** Writes an XBZRLE record: a delta as {@link Xbzrle} reads it. */
    public void delta(RamBlock block, long offset, ByteBuffer from, int index, int length)
            throws IOException {
        ByteBuffer b = head(block, offset, RamFlags.RAM_SAVE_FLAG_XBZRLE, XBZRLE_HEAD + length);
        b.put((byte) Xbzrle.ENCODING).putShort((short) length);
        int position = b.position();
        b.put(position, from, index, length).position(position + length);
    }

    /** Writes a COMPRESS_PAGE record: a zlib stream of one page. */
    public void compressed(RamBlock block, long offset, ByteBuffer from, int index, int length)
            throws IOException {
        ByteBuffer b = head(block, offset, RamFlags.RAM_SAVE_FLAG_COMPRESS_PAGE, 4 + length);
        b.putInt(length);
        int position = b.position();
        b.put(position, from, index, length).position(position + length);
    }

    /**
     * Begins a record that is none of QEMU's own: writes the page's offset with {@code flag}, and
     * the block's name unless it is the last record's.
     *
     * @param body bytes that will follow at once; more go where {@link #out()} says
     * @return where the rest goes, from its position on; valid until the next call
     */
    public ByteBuffer record(RamBlock block, long offset, int flag, int body) throws IOException {
        return head(block, offset, flag, body);
    }

    private ByteBuffer head(RamBlock block, long offset, int flag, int body) throws IOException {
        ByteBuffer b = out.room(8 + LONGEST_NAME + body);
        if (last != null && last.index() == block.index()) {
            return b.putLong(offset | flag | RamFlags.RAM_SAVE_FLAG_CONTINUE);
        }
        last = block;
        b.putLong(offset | flag);
        out.str8(block.id());
        return b;
    }

    /** Writes a MULTIFD_FLUSH record. */
    public void flush() throws IOException {
        word(RamFlags.RAM_SAVE_FLAG_MULTIFD_FLUSH);
    }

    /** Writes a HOOK record. */
    public void hook() throws IOException {
        word(RamFlags.RAM_SAVE_FLAG_HOOK);
    }

    /** Writes an EOS record: the body ends. */
    public void eos() throws IOException {
        word(RamFlags.RAM_SAVE_FLAG_EOS);
    }

    /** The next page record will name its block, as at the start of postcopy. */
    public void nameNext() {
        last = null;
    }
}
