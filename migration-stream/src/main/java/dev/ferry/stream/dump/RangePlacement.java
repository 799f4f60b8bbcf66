package dev.ferry.stream.dump;

import dev.ferry.stream.ram.PositionalPageWriter.Placement;
import dev.ferry.stream.ram.PositionalPageWriter.Places;
import dev.ferry.stream.ram.RamBlock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Where in a file the ranges of a guest's memory go. */
final class RangePlacement implements Placement {

    /** Per block: block offset, length, file offset of each of its ranges. */
    private final List<List<long[]>> byBlock = new ArrayList<>();

    /**
     * Places ranges.
     *
     * @param fileOffsets where the first byte of each range goes
     */
    RangePlacement(List<GuestRange> ranges, long[] fileOffsets) {
        for (int i = 0; i < ranges.size(); i++) {
            GuestRange range = ranges.get(i);
            while (byBlock.size() <= range.block().index()) {
                byBlock.add(new ArrayList<>());
            }
            byBlock.get(range.block().index())
                    .add(new long[] {range.blockOffset(), range.length(), fileOffsets[i]});
        }
    }

    /** Places ranges where a byte's offset is its address. */
    static RangePlacement byAddress(List<GuestRange> ranges) {
        long[] offsets = new long[ranges.size()];
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = ranges.get(i).start();
        }
        return new RangePlacement(ranges, offsets);
    }

    @Override
    public void place(RamBlock block, long offset, long length, Places places) throws IOException {
        if (block.index() >= byBlock.size()) {
            return;
        }
        List<long[]> ranges = byBlock.get(block.index());
        for (int i = 0; i < ranges.size(); i++) {
            long[] range = ranges.get(i);
            long from = Math.max(offset, range[0]);
            long to = Math.min(offset + length, range[0] + range[1]);
            if (from < to) {
                places.at(from, to - from, range[2] + from - range[0]);
            }
        }
    }
}
