package dev.ferry.stream.ram;

import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.spi.RamRecord;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The record that an extension is reading; one object for all of a channel's. */
final class ExtendedRecord implements RamRecord {

    private final RamState ram;
    private final PageRunBatch batch;
    private final WireInput in;
    private final int channel;
    private final boolean inSection;
    private RamBlock block;
    private long at;
    private long word;

    ExtendedRecord(
            RamState ram,
            PageRunBatch batch,
            WireInput in,
            int channel,
            boolean inSection,
            RamBlock block) {
        this.ram = ram;
        this.batch = batch;
        this.in = in;
        this.channel = channel;
        this.inSection = inSection;
        this.block = block;
    }

    void begin(RamBlock of, long from, long head) {
        block = of;
        at = from;
        word = head;
    }

    @Override
    public WireInput input() {
        return in;
    }

    @Override
    public int channel() {
        return channel;
    }

    @Override
    public boolean postcopy() {
        return !inSection || ram.postcopy();
    }

    boolean inSection() {
        return inSection;
    }

    @Override
    public long at() {
        return at;
    }

    @Override
    public long word() {
        return word;
    }

    @Override
    public RamBlock block() {
        return block;
    }

    @Override
    public long offset() {
        return word & -(long) ram.pageSize();
    }

    @Override
    public int pageSize() {
        return ram.pageSize();
    }

    @Override
    public boolean wantsContents() {
        return ram.sink().wantsContents();
    }

    @Override
    public void next(long from, long head) {
        ram.statistics().countContinued(1);
        at = from;
        word = head;
    }

    @Override
    public void back(long from, long head) {
        at = from;
        word = head;
    }

    @Override
    public void requirePage() throws IOException {
        if (!block.hasPage(offset(), ram.pageSize())) {
            throw in.malformed(
                    at,
                    "page offset: expected a whole page within the block's 0x"
                            + Long.toHexString(block.usedLength())
                            + " bytes, found 0x"
                            + Long.toHexString(offset()));
        }
        ram.announce();
    }

    @Override
    public void pages(long offset, int count, ByteBuffer bytes, int index, long from)
            throws IOException, MalformedPageException {
        batch.flush();
        batch.raw(block, offset, count, PageKind.ENCRYPTED, bytes, index, ram.pageSize(), from);
        batch.flush();
    }

    @Override
    public void unread(long offset, int count, long from)
            throws IOException, MalformedPageException {
        batch.absent(block, offset, PageKind.ENCRYPTED, count, from);
    }
}
