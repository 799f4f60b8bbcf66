package dev.ferry.sev.region;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.sev.SevException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class SharedRegionsTest {

    private final SharedRegions regions = new SharedRegions();

    @Test
    void atFirstAllIsPrivate() {
        assertFalse(regions.isShared(0));
        assertTrue(regions.snapshot().isEmpty());
    }

    @Test
    void changeTellsWhichPagesChanged() {
        assertEquals(List.of(range(2, 4)), regions.share(range(2, 4)));
        assertEquals(List.of(range(1, 2), range(4, 6)), regions.share(range(1, 6)));
        assertEquals(List.of(), regions.share(range(2, 3)));
        assertEquals(List.of(range(1, 6)), regions.unshare(range(0, 100)));
        assertEquals(List.of(), regions.unshare(range(0, 100)));
    }

    @Test
    void snapshotStaysAsItWas() {
        regions.share(range(0x10, 0x20));
        GfnSet snapshot = regions.snapshot();
        regions.unshare(range(0x10, 0x20));
        assertTrue(snapshot.contains(0x10));
        assertFalse(regions.isShared(0x10));
    }

    @Test
    void clearingMakesAllPrivate() {
        regions.share(range(0x10, 0x20));
        assertEquals("[0x10-0x20]", regions.clear().toString());
        assertTrue(regions.snapshot().isEmpty());
    }

    @Test
    void listInAStreamEndsAtTheHighest32BitNumber() throws SevException {
        regions.share(range(0xffff_0000L, 0xffff_ffffL));
        regions.share(range(1, 2));
        assertEquals(List.of(range(1, 2), range(0xffff_0000L, 0xffff_ffffL)), regions.toWire());
        regions.share(range(0xffff_ffffL, 0x1_0000_0000L));
        SevException refused = assertThrows(SevException.class, regions::toWire);
        assertEquals(
                "shared regions list: expected no frame above 0xfffffffe,"
                        + " found region 0xffff0000-0x100000000",
                refused.getMessage());
    }

    /** Frames 0 and 4095 always change together, which no reader may see otherwise. */
    @Test
    void readersSeeWholeChangesWhileVcpusMakeThem() {
        GfnRange all = range(0, 4096);
        CompletableFuture<Void> vcpu =
                CompletableFuture.runAsync(() -> {
                    for (int i = 0; i < 50_000; i++) {
                        regions.share(all);
                        regions.unshare(all);
                    }
                });
        CompletableFuture<Void> otherVcpu =
                CompletableFuture.runAsync(() -> {
                    for (int i = 0; i < 50_000; i++) {
                        long gfn = 0x10_000 + 4L * i;
                        regions.share(range(gfn, gfn + 1));
                    }
                });
        while (!vcpu.isDone() || !otherVcpu.isDone()) {
            GfnSet seen = regions.snapshot();
            assertEquals(seen.contains(0), seen.contains(4095), seen::toString);
        }
        vcpu.join();
        otherVcpu.join();
        assertEquals(50_000, regions.snapshot().size());
    }

    private static GfnRange range(long start, long end) {
        return new GfnRange(start, end);
    }
}
