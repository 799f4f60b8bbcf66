package dev.ferry.vmm.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DirtyLogTest {

    private static final int PAGE = PhysicalMemory.PAGE_BYTES;
    private static final long PAGES = 200;

    private RamBlock block;
    private AddressSpace space;
    private DirtyLog log;

    @BeforeEach
    void makeMemory() throws IOException {
        block = new RamBlock("ram", PAGES * PAGE);
        space = new AddressSpace(new ReentrantLock());
        space.addRam(block, 0x10000, 0, block.size());
        log = block.dirtyLog();
    }

    @AfterEach
    void closeMemory() {
        block.close();
    }

    @Test
    void onlyClientsThatAskedHaveALog() {
        assertThrows(IllegalStateException.class, () -> log.sync(DirtyClient.VGA, new long[4]));
        log.enable(DirtyClient.VGA);
        assertTrue(log.enabled(DirtyClient.VGA));
        assertFalse(log.enabled(DirtyClient.MIGRATION));
        assertThrows(
                IllegalStateException.class, () -> log.sync(DirtyClient.MIGRATION, new long[4]));
        log.disable(DirtyClient.VGA);
        assertThrows(IllegalStateException.class, () -> log.clear(DirtyClient.VGA, 0, 1));
    }

    @Test
    void eachClientSeesEveryStoreOnce() {
        log.enable(DirtyClient.VGA);
        log.enable(DirtyClient.MIGRATION);
        space.store(0x10000 + 3 * PAGE + 5, 4, 1);
        long[] bitmap = new long[4];
        assertEquals(1, log.sync(DirtyClient.VGA, bitmap));
        assertArrayEquals(new long[] {8, 0, 0, 0}, bitmap);
        assertEquals(0, log.sync(DirtyClient.VGA, new long[4]));
        assertEquals(1, log.sync(DirtyClient.MIGRATION, new long[4]));
    }

    @Test
    void syncCountsOnlyBitsThatAreNewToTheBitmap() {
        log.enable(DirtyClient.MIGRATION);
        log.mark(0, 2 * PAGE);
        long[] bitmap = {1, 0, 0, 0};
        assertEquals(1, log.sync(DirtyClient.MIGRATION, bitmap));
        assertEquals(3, bitmap[0]);
    }

    @Test
    void syncAndClearKeepToTheirRange() {
        log.enable(DirtyClient.MIGRATION);
        log.mark(0, PAGES * PAGE);
        long[] bitmap = new long[4];
        assertEquals(60, log.sync(DirtyClient.MIGRATION, 10, 60, bitmap));
        assertArrayEquals(new long[] {-1L << 10, 0x3f, 0, 0}, bitmap);
        assertEquals(100, log.clear(DirtyClient.MIGRATION, 0, 160));
        bitmap = new long[4];
        assertEquals(40, log.sync(DirtyClient.MIGRATION, bitmap));
        assertArrayEquals(new long[] {0, 0, -1L << 32, 0xff}, bitmap);
        assertThrows(
                IndexOutOfBoundsException.class,
                () -> log.sync(DirtyClient.MIGRATION, 199, 2, new long[4]));
    }

    @Test
    void aStoreAcrossPagesMarksBoth() {
        log.enable(DirtyClient.MIGRATION);
        space.write(0x10000 + 2 * PAGE - 1, new byte[2]);
        assertTrue(log.dirty(DirtyClient.MIGRATION, 1));
        assertTrue(log.dirty(DirtyClient.MIGRATION, 2));
        assertFalse(log.dirty(DirtyClient.MIGRATION, 3));
    }

    @Test
    void anAddressToWriteThroughIsLoggedAndTakenBack() {
        TestVcpu vcpu = new TestVcpu(space, 64);
        log.enable(DirtyClient.MIGRATION);
        vcpu.enter();
        vcpu.store(0x10000, 1, false);
        assertTrue(log.dirty(DirtyClient.MIGRATION, 0));
        assertEquals(1, log.clear(DirtyClient.MIGRATION, 0, 1));
        vcpu.poll();
        vcpu.store(0x10000, 2, false);
        assertTrue(log.dirty(DirtyClient.MIGRATION, 0), "the address was kept");
    }

    @Test
    void enablingTakesAddressesBackThatWereGivenBefore() {
        TestVcpu vcpu = new TestVcpu(space, 64);
        vcpu.enter();
        vcpu.store(0x10000, 1, false);
        log.enable(DirtyClient.MIGRATION);
        vcpu.poll();
        vcpu.store(0x10000, 2, false);
        assertTrue(log.dirty(DirtyClient.MIGRATION, 0));
    }

    @Test
    void readingMarksNothing() {
        VcpuMemory view = space.view();
        log.enable(DirtyClient.MIGRATION);
        assertNotEquals(0, view.readable(0x10000, false));
        view.load(0x10000, 8, false);
        space.read(0x10000, new byte[PAGE]);
        assertEquals(0, log.sync(DirtyClient.MIGRATION, new long[4]));
    }

    @Test
    void aSourceIsToldAndAsked() {
        StringBuilder told = new StringBuilder();
        DirtySource source =
                new DirtySource() {
                    @Override
                    public void logging(RamBlock of, boolean on) {
                        told.append(on ? "on " : "off ");
                    }

                    @Override
                    public void collect(RamBlock of, long firstPage, long pages) {
                        told.append(firstPage).append('+').append(pages).append(' ');
                        of.dirtyLog().merge(1, 5);
                    }
                };
        log.add(source);
        log.enable(DirtyClient.VGA);
        log.enable(DirtyClient.MIGRATION);
        long[] bitmap = new long[4];
        assertEquals(2, log.sync(DirtyClient.VGA, bitmap));
        assertArrayEquals(new long[] {0, 5, 0, 0}, bitmap);
        log.disable(DirtyClient.VGA);
        log.disable(DirtyClient.MIGRATION);
        log.remove(source);
        assertEquals("on 0+200 off ", told.toString());
    }
}
