package dev.ferry.stream.ram;

import dev.ferry.stream.Limits;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.spi.RamExtension;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of {@code ram} section bodies of one channel.
 *
 * <pre>
 *  u64  page offset in its block | flags, see {@link RamFlags}
 *  str8 block name, if a page record without CONTINUE
 *  ...  as the flag says
 * </pre>
 *
 * Which block CONTINUE means is remembered from section to section. Source: QEMU migration/ram.c,
 * ram_load_precopy and ram_block_from_stream.
 */
public final class RamSectionReader {

    private static final int CONTINUE = RamFlags.RAM_SAVE_FLAG_CONTINUE;

    /** What must be 0x200 in an extension's record, whatever the page size. */
    private static final int EXTENSION_BITS = 0xfff & ~CONTINUE;

    private static final int PLAIN = RamFlags.RAM_SAVE_FLAG_PAGE | CONTINUE;
    private static final int ZERO = RamFlags.RAM_SAVE_FLAG_ZERO | CONTINUE;

    private final RamState ram;
    private final Limits limits;
    private final PageRunBatch batch;
    private final MappedRamReader mapped;
    private final int channel;
    private @Nullable ExtendedRecord extended;
    private @Nullable RamBlock lastBlock;
    private @Nullable RamBlock block;
    private long offset = -1;

    /**
     * Reads sections of one channel.
     *
     * @param ram what all channels share
     * @param channel the channel's number, for messages and runs
     */
    public RamSectionReader(RamState ram, Limits limits, int channel) {
        this.ram = ram;
        this.limits = limits;
        this.channel = channel;
        this.batch = new PageRunBatch(ram, channel);
        this.mapped = new MappedRamReader(ram, limits, batch, channel);
    }

    /** Reads one body, EOS included. */
    public void readBody(WireInput in, RamFeatures features, RamSync sync) throws IOException {
        int depth = in.depth();
        in.enter(new Crumb());
        block = null;
        offset = -1;
        try {
            while (record(in, features, sync, true)) {
                // each record is one step
            }
            batch.flush();
        } catch (MalformedPageException e) {
            throw malformedPage(in, e);
        }
        in.leaveTo(depth);
    }

    /**
     * Reads bare page records to the channel's end, as the postcopy preempt channel has them: no
     * section around them, and an EOS at most at the end.
     */
    public void readBare(WireInput in) throws IOException {
        int depth = in.depth();
        in.enter(new Crumb());
        try {
            while (!in.atEnd() && record(in, RamFeatures.NONE, RamSync.NONE, false)) {
                // each record is one step
            }
            batch.flush();
        } catch (MalformedPageException e) {
            throw malformedPage(in, e);
        }
        in.leaveTo(depth);
    }

    private IOException malformedPage(WireInput in, MalformedPageException e) {
        PageRun run = batch.current();
        return in.malformed(
                run == null ? in.offset() : run.streamOffset(), String.valueOf(e.getMessage()), e);
    }

    /** Reads one record, or many simple ones; false after EOS. */
    private boolean record(WireInput in, RamFeatures features, RamSync sync, boolean inSection)
            throws IOException, MalformedPageException {
        ByteBuffer b = in.windowOrNull(8);
        if (b == null) {
            batch.flush();
            in.window(8, "RAM record");
            return false;
        }
        if (lastBlock != null && ram.pageSize() != 0 && simpleRecords(in, b, lastBlock) > 0) {
            // What was gathered lies in the buffer that the next read may move.
            batch.flush();
            return true;
        }
        return anyRecord(in, features, sync, inSection);
    }

    /**
     * The common case: whole PAGE|CONTINUE and ZERO|CONTINUE records lying in the buffer.
     *
     * @return how many were taken; what is odd in any way is left for {@link #anyRecord}
     */
    private int simpleRecords(WireInput in, ByteBuffer b, RamBlock current)
            throws IOException, MalformedPageException {
        int pageSize = ram.pageSize();
        long mask = pageSize - 1L;
        boolean contents = ram.sink().wantsContents();
        int start = b.position();
        int limit = start + (int) Math.min(b.limit() - start, in.regionRemaining());
        long base = in.offset() - start;
        int pos = start;
        int taken = 0;
        while (limit - pos >= 9) {
            long word = b.getLong(pos);
            int flags = (int) (word & mask);
            long at = word & ~mask;
            int size = flags == PLAIN ? 8 + pageSize : 9;
            if (!current.hasPage(at, pageSize)
                    || (flags != PLAIN && flags != ZERO)
                    || limit - pos < size) {
                break;
            }
            // Memory in order is the rule: take all records that differ by the next address only.
            int most = (int) Math.min((limit - pos) / size, (current.usedLength() - at) / pageSize);
            int n = 1;
            if (flags == PLAIN) {
                while (n < most && b.getLong(pos + n * size) == word + (long) n * pageSize) {
                    n++;
                }
                if (contents) {
                    batch.raw(current, at, n, PageKind.PLAIN, b, pos + 8, size, base + pos);
                } else {
                    batch.absent(current, at, PageKind.PLAIN, n, base + pos);
                }
            } else {
                byte fill = b.get(pos + 8);
                while (n < most
                        && b.getLong(pos + n * 9) == word + (long) n * pageSize
                        && b.get(pos + n * 9 + 8) == fill) {
                    n++;
                }
                batch.fill(current, at, n, PageKind.ZERO, fill & 0xff, base + pos);
            }
            pos += n * size;
            taken += n;
        }
        b.position(pos);
        ram.statistics().countContinued(taken);
        return taken;
    }

    private boolean anyRecord(WireInput in, RamFeatures features, RamSync sync, boolean inSection)
            throws IOException, MalformedPageException {
        batch.flush();
        long at = in.offset();
        long word = in.u64("RAM record");
        if ((word & EXTENSION_BITS) == RamFlags.RAM_SAVE_FLAG_MULTIFD_FLUSH
                && extended(in, at, word, features, inSection)) {
            return true;
        }
        int flags = flags(in, word);
        long address = word & -(long) ram.pageSize();
        int kind = flags & ~CONTINUE;
        if (odd(kind, word)) {
            ram.listener().oddWord(channel, at, word);
        }
        switch (kind) {
            case RamFlags.RAM_SAVE_FLAG_EOS -> {
                ram.statistics().countEos();
                ram.listener().eos(channel, at);
                sync.onEos();
                return false;
            }
            case RamFlags.RAM_SAVE_FLAG_MULTIFD_FLUSH -> {
                requireFlush(in, at, word);
                ram.statistics().countFlush();
                ram.listener().flush(channel, at);
                sync.onFlush();
            }
            case RamFlags.RAM_SAVE_FLAG_HOOK -> {
                ram.statistics().countHook();
                ram.listener().hook(channel, at);
            }
            case RamFlags.RAM_SAVE_FLAG_MEM_SIZE -> {
                new BlockListReader(ram, features, limits, mapped).read(in, word & ~0xffL);
                ram.listener().blockList(channel, at, in.offset() - at, ram.blocks());
            }
            case RamFlags.RAM_SAVE_FLAG_ZERO,
                    RamFlags.RAM_SAVE_FLAG_PAGE,
                    RamFlags.RAM_SAVE_FLAG_XBZRLE,
                    RamFlags.RAM_SAVE_FLAG_COMPRESS_PAGE ->
                    page(in, at, kind, (flags & CONTINUE) != 0, address, features);
            default ->
                    throw in.malformed(
                            at,
                            "RAM record: expected one known flag, found "
                                    + RamFlags.describe(flags));
        }
        return true;
    }

    /**
     * Tells a MULTIFD_FLUSH from what AMD's SEV fork of QEMU means by the same flag, an encrypted
     * page or the list of shared regions: a flush has no offset, and the next word follows, whose
     * first byte is 0, where the fork has the length of a block's name.
     */
    private static void requireFlush(WireInput in, long at, long word) throws IOException {
        if (word != RamFlags.RAM_SAVE_FLAG_MULTIFD_FLUSH || in.peek(0) > 0) {
            throw in.unsupported(
                    at,
                    "an encrypted page of an AMD SEV guest (RAM flag 0x200): it cannot be read"
                            + " without the private key of the platform that it was sent to");
        }
    }

    /** Reads a record that is an extension's; false if it is none. */
    private boolean extended(
            WireInput in, long at, long word, RamFeatures features, boolean inSection)
            throws IOException, MalformedPageException {
        RamExtension extension = ram.extension();
        if (extension == null || !extension.claims(word, in.peek(0))) {
            return false;
        }
        if (ram.pageSize() == 0) {
            ram.pageSize(extension.pageSize());
        }
        if (ram.pageSize() != extension.pageSize() || features.mappedRam()) {
            throw in.malformed(
                    at,
                    features.mappedRam()
                            ? "RAM record: an encrypted page in a mapped-ram stream"
                            : "RAM record: encrypted pages have "
                                    + extension.pageSize()
                                    + " bytes, this stream's "
                                    + ram.pageSize());
        }
        boolean same = (word & CONTINUE) != 0;
        RamBlock to = same ? lastBlock : named(in);
        if (to == null) {
            throw in.malformed(at, "RAM record: CONTINUE before any block was named");
        }
        if (same) {
            ram.statistics().countContinued(1);
        }
        lastBlock = to;
        block = to;
        offset = -1;
        ExtendedRecord record = extended;
        if (record == null || record.input() != in || record.inSection() != inSection) {
            record = new ExtendedRecord(ram, batch, in, channel, inSection, to);
            extended = record;
        }
        record.begin(to, at, word);
        extension.read(record);
        return true;
    }

    /** Whether a word that holds no page's address has more in it than its flag. */
    private static boolean odd(int kind, long word) {
        return switch (kind) {
            case RamFlags.RAM_SAVE_FLAG_EOS,
                    RamFlags.RAM_SAVE_FLAG_MULTIFD_FLUSH,
                    RamFlags.RAM_SAVE_FLAG_HOOK ->
                    word != kind;
            case RamFlags.RAM_SAVE_FLAG_MEM_SIZE -> (word & 0xff) != kind;
            default -> false;
        };
    }

    /** The word's flags; settles the page size, which says how many bits they are, when it must. */
    private int flags(WireInput in, long word) throws IOException {
        if (ram.pageSize() == 0) {
            // Below 256 all bits are flags, whatever the page size.
            int certain = (int) word & (RamState.MIN_PAGE_SIZE - 1);
            if (certain == RamFlags.RAM_SAVE_FLAG_MEM_SIZE
                    || certain == RamFlags.RAM_SAVE_FLAG_EOS) {
                return certain;
            }
            if (word == RamFlags.RAM_SAVE_FLAG_MULTIFD_FLUSH
                    || word == RamFlags.RAM_SAVE_FLAG_HOOK) {
                return (int) word;
            }
            in.seekBack(8);
            ByteBuffer ahead = in.lookahead();
            boolean whole = ahead.remaining() < WireInput.BUFFER_BYTES;
            ram.pageSize(PageSizeEvidence.infer(ahead, whole, ram));
            in.skip(8, "RAM record");
        }
        return (int) word & (ram.pageSize() - 1);
    }

    private void page(
            WireInput in, long at, int kind, boolean same, long address, RamFeatures features)
            throws IOException, MalformedPageException {
        if (features.mappedRam()) {
            throw in.malformed(
                    at,
                    "RAM record: a page in a mapped-ram stream, whose pages lie at fixed places");
        }
        RamBlock to = same ? lastBlock : named(in);
        if (to == null) {
            throw in.malformed(at, "RAM record: CONTINUE before any block was named");
        }
        if (same) {
            ram.statistics().countContinued(1);
        }
        lastBlock = to;
        block = to;
        offset = address;
        if (!to.hasPage(address, ram.pageSize())) {
            throw in.malformed(
                    at,
                    "page offset: expected a whole page within the block's 0x"
                            + Long.toHexString(to.usedLength())
                            + " bytes, found 0x"
                            + Long.toHexString(address));
        }
        ram.announce();
        switch (kind) {
            case RamFlags.RAM_SAVE_FLAG_ZERO ->
                    batch.fill(to, address, 1, PageKind.ZERO, in.u8("zero page's fill byte"), at);
            case RamFlags.RAM_SAVE_FLAG_PAGE -> plain(in, at, to, address);
            case RamFlags.RAM_SAVE_FLAG_XBZRLE -> xbzrle(in, at, to, address);
            default -> compressed(in, at, to, address);
        }
    }

    private RamBlock named(WireInput in) throws IOException {
        long at = in.offset();
        String id = in.str8("block name");
        RamBlock found = ram.block(id);
        if (found == null) {
            throw in.malformed(at, "block name: '" + id + "' is not in the block list");
        }
        ram.listener().blockName(channel, at, found);
        return found;
    }

    private void plain(WireInput in, long at, RamBlock to, long address)
            throws IOException, MalformedPageException {
        int pageSize = ram.pageSize();
        ByteBuffer b = in.window(pageSize, "page");
        int index = b.position();
        if (ram.sink().wantsContents()) {
            batch.raw(to, address, 1, PageKind.PLAIN, b, index, 8 + pageSize, at);
            batch.flush();
        } else {
            batch.absent(to, address, PageKind.PLAIN, 1, at);
        }
        b.position(index + pageSize);
    }

    private void xbzrle(WireInput in, long at, RamBlock to, long address)
            throws IOException, MalformedPageException {
        long encodingAt = in.offset();
        int encoding = in.u8("XBZRLE encoding");
        if (encoding != Xbzrle.ENCODING) {
            throw in.malformed(encodingAt, "XBZRLE encoding: expected 1, found " + encoding);
        }
        int length = in.u16("XBZRLE length");
        if (length > ram.pageSize()) {
            throw in.malformed(
                    encodingAt + 1,
                    "XBZRLE length: expected at most " + ram.pageSize() + ", found " + length);
        }
        encoded(in, at, to, address, PageKind.XBZRLE, PageRun.Encoding.XBZRLE, length);
    }

    private void compressed(WireInput in, long at, RamBlock to, long address)
            throws IOException, MalformedPageException {
        long lengthAt = in.offset();
        long length = in.u32("compressed page's length");
        int bound = ZlibPage.bound(ram.pageSize());
        if (length > bound) {
            throw in.malformed(
                    lengthAt,
                    "compressed page's length: expected at most " + bound + ", found " + length);
        }
        encoded(in, at, to, address, PageKind.COMPRESSED, PageRun.Encoding.ZLIB, (int) length);
    }

    private void encoded(
            WireInput in,
            long at,
            RamBlock to,
            long address,
            PageKind kind,
            PageRun.Encoding encoding,
            int length)
            throws IOException, MalformedPageException {
        ByteBuffer b = in.window(length, "encoded page");
        int index = b.position();
        if (ram.sink().wantsContents()) {
            batch.encoded(to, address, kind, encoding, b, index, length, at);
        } else {
            batch.absent(to, address, kind, 1, at);
            batch.flush();
        }
        b.position(index + length);
    }

    /** Names the page being read, when an error asks. */
    private final class Crumb {
        @Override
        public String toString() {
            PageRun run = batch.current();
            if (run != null) {
                return run.block() + " / page 0x" + Long.toHexString(run.offset());
            }
            if (block == null) {
                return "records";
            }
            if (offset < 0 && extended != null) {
                return block + " / page 0x" + Long.toHexString(extended.offset());
            }
            return offset < 0 ? block.toString() : block + " / page 0x" + Long.toHexString(offset);
        }
    }
}
