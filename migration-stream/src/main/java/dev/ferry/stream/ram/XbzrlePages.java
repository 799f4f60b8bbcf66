package dev.ferry.stream.ram;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Pages as deltas against what was sent of them before, from the second round on. What is not in
 * the cache, or changed too much, goes out plain. Source: QEMU migration/ram.c, save_xbzrle_page.
 */
final class XbzrlePages implements PageEncoder {

    private final XbzrleCache cache;
    private final XbzrleStatistics statistics;
    private final RamAddresses addresses;
    private final int pageSize;
    private final XbzrleEncoder encoder;
    private final ByteBuffer delta;

    /** A page as it is now: the guest may write to its own while it is encoded. */
    private final ByteBuffer current;

    private final ByteBuffer zeros;

    private long round;
    private boolean last;

    XbzrlePages(
            XbzrleCache cache, XbzrleStatistics statistics, RamAddresses addresses, int pageSize) {
        this.cache = cache;
        this.statistics = statistics;
        this.addresses = addresses;
        this.pageSize = pageSize;
        this.encoder = new XbzrleEncoder(pageSize);
        this.delta = ByteBuffer.allocateDirect(pageSize);
        this.current = ByteBuffer.allocateDirect(pageSize);
        this.zeros = ByteBuffer.allocateDirect(pageSize);
    }

    @Override
    public void nextRound() {
        round++;
    }

    @Override
    public void lastRound() {
        round++;
        last = true;
    }

    @Override
    public void zero(RamBlock block, long offset) {
        if (round > 0) {
            // Right also if the slot is another's: then there is nothing to put right.
            cache.insert(addresses.of(block, offset), zeros, 0, round);
        }
    }

    @Override
    public void page(RamSectionWriter out, RamBlock block, long offset, ByteBuffer from, int index)
            throws IOException {
        if (round == 0) {
            out.plain(block, offset, from, index);
            return;
        }
        current.put(0, from, index, pageSize);
        long address = addresses.of(block, offset);
        if (!cache.contains(address, round)) {
            statistics.countMiss();
            if (!last) {
                cache.insert(address, current, 0, round);
            }
            out.plain(block, offset, current, 0);
            return;
        }
        int length = encoder.encode(cache.data(address), cache.index(address), current, 0, delta);
        if (!last && length != 0) {
            cache.update(address, current, 0);
        }
        if (length == XbzrleEncoder.OVERFLOW) {
            statistics.countOverflow(pageSize);
            out.plain(block, offset, current, 0);
        } else if (length == 0) {
            statistics.countUnchanged();
        } else {
            statistics.countDelta(length);
            out.delta(block, offset, delta, 0, length);
        }
    }
}
