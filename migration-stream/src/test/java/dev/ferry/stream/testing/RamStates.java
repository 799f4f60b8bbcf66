package dev.ferry.stream.testing;

import dev.ferry.stream.Limits;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.ram.PageSink;
import dev.ferry.stream.ram.RamFeatures;
import dev.ferry.stream.ram.RamSectionReader;
import dev.ferry.stream.ram.RamState;
import dev.ferry.stream.ram.RamSync;
import java.io.IOException;

/** RAM whose block list was read. */
public final class RamStates {

    private RamStates() {}

    /** Pages of 4 KiB; block {@code a} has 256 of them, {@code b} has 4. */
    public static RamState of(PageSink sink) throws IOException {
        return of(sink, 4096);
    }

    /** Blocks {@code a} of 1 MiB and {@code b} of 4 pages; 0 leaves the page size open. */
    public static RamState of(PageSink sink, int pageSize) throws IOException {
        RamState ram = new RamState(sink);
        if (pageSize != 0) {
            ram.pageSize(pageSize);
        }
        long b = 4L * (pageSize == 0 ? 65536 : pageSize);
        byte[] list =
                WireBytes.of()
                        .u64((1 << 20) + b + 4)
                        .str8("a")
                        .u64(1 << 20)
                        .str8("b")
                        .u64(b)
                        .u64(0x10)
                        .bytes();
        new RamSectionReader(ram, Limits.DEFAULT, 0)
                .readBody(
                        new WireInput(new MemorySource("list", list)),
                        RamFeatures.NONE,
                        RamSync.NONE);
        return ram;
    }
}
