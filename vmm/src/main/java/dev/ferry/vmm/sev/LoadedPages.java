package dev.ferry.vmm.sev;

import dev.ferry.vmm.memory.MemoryRange;
import dev.ferry.vmm.memory.PhysicalMemory;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Runs of pages that hold something else than zeros: where boot images were put. */
final class LoadedPages {

    /** Neighbouring pages. */
    record Run(long gpa, long length) {}

    private static final int PAGE = PhysicalMemory.PAGE_BYTES;
    private static final MemorySegment ZEROS = MemorySegment.ofArray(new byte[PAGE]).asReadOnly();

    private LoadedPages() {}

    static List<Run> of(MemoryRange range) {
        MemorySegment memory = range.block().segment();
        List<Run> runs = new ArrayList<>();
        long start = -1;
        for (long at = 0; at < range.length(); at += PAGE) {
            boolean loaded =
                    MemorySegment.mismatch(
                                    memory,
                                    range.offset() + at,
                                    range.offset() + at + PAGE,
                                    ZEROS,
                                    0,
                                    PAGE)
                            >= 0;
            if (loaded && start < 0) {
                start = at;
            } else if (!loaded && start >= 0) {
                runs.add(new Run(range.gpa() + start, at - start));
                start = -1;
            }
        }
        if (start >= 0) {
            runs.add(new Run(range.gpa() + start, range.length() - start));
        }
        return runs;
    }
}
