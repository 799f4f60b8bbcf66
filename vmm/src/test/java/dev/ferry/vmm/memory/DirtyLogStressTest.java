package dev.ferry.vmm.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** That copying the pages a log names, while vCPUs store to them, misses nothing. */
class DirtyLogStressTest {

    private static final int PAGE = PhysicalMemory.PAGE_BYTES;
    private static final int PAGES = 150;
    private static final int VCPUS = 3;
    private static final int STORES = 20_000;

    @Test
    void noStoreIsMissedWhileVcpusRun() throws Exception {
        for (long seed = 1; seed <= 40; seed++) {
            migrate(seed);
        }
    }

    @Test
    @Tag("full")
    void noStoreIsMissedWhileVcpusRunForLong() throws Exception {
        for (long seed = 1000; seed < 1500; seed++) {
            migrate(seed);
        }
    }

    private static void migrate(long seed) throws IOException, InterruptedException {
        SplittableRandom random = new SplittableRandom(seed);
        AddressSpace space = new AddressSpace(new ReentrantLock());
        try (RamBlock block = new RamBlock("ram", (long) PAGES * PAGE)) {
            space.addRam(block, 0, 0, block.size());
            byte[] copy = new byte[PAGES * PAGE];
            CountDownLatch ended = new CountDownLatch(VCPUS + 1);
            Thread[] threads = new Thread[VCPUS + 1];
            for (int i = 0; i < VCPUS; i++) {
                TestVcpu vcpu = new TestVcpu(space, PAGES);
                int slot = i;
                SplittableRandom own = random.split();
                threads[i] = new Thread(() -> guest(vcpu, slot, own, ended));
            }
            SplittableRandom deviceRandom = random.split();
            threads[VCPUS] = new Thread(() -> device(space, deviceRandom, ended));
            for (Thread thread : threads) {
                thread.start();
            }
            DirtyLog log = block.dirtyLog();
            log.enable(DirtyClient.MIGRATION);
            MemorySegment.ofArray(copy).copyFrom(block.segment());
            long[] bitmap = new long[(PAGES + 63) / 64];
            while (ended.getCount() > 0) {
                if (random.nextInt(3) == 0) {
                    long first = random.nextInt(PAGES);
                    log.sync(
                            DirtyClient.MIGRATION,
                            first,
                            random.nextLong(PAGES - first + 1),
                            bitmap);
                } else {
                    log.sync(DirtyClient.MIGRATION, bitmap);
                }
                copyPages(block, bitmap, copy);
            }
            for (Thread thread : threads) {
                thread.join();
            }
            log.sync(DirtyClient.MIGRATION, bitmap);
            copyPages(block, bitmap, copy);
            long differs = MemorySegment.ofArray(copy).mismatch(block.segment());
            assertEquals(-1, differs, () -> "the copy differs, seed " + seed);
        }
    }

    private static void guest(
            TestVcpu vcpu, int slot, SplittableRandom random, CountDownLatch ended) {
        vcpu.enter();
        for (int i = 1; i <= STORES; i++) {
            long page = random.nextInt(PAGES);
            long address = page * PAGE + slot * 8L + random.nextInt(PAGE / 64) * 64L;
            switch (random.nextInt(200)) {
                case 0 -> vcpu.watch(page * PAGE);
                case 1 -> vcpu.memory.unwatchCode(page * PAGE);
                case 2, 3, 4, 5 -> vcpu.slowStore(address, i, false);
                default -> vcpu.store(address, i, false);
            }
            if ((i & 15) == 0) {
                vcpu.poll();
            }
        }
        vcpu.leave();
        ended.countDown();
    }

    private static void device(AddressSpace space, SplittableRandom random, CountDownLatch ended) {
        for (int i = 1; i <= STORES / 20; i++) {
            long page = random.nextInt(PAGES - 1);
            space.store(page * PAGE + VCPUS * 8L, 8, i);
            space.write(page * PAGE + PAGE - 1, new byte[] {(byte) i, (byte) i});
        }
        ended.countDown();
    }

    private static void copyPages(RamBlock block, long[] bitmap, byte[] copy) {
        MemorySegment to = MemorySegment.ofArray(copy);
        for (int word = 0; word < bitmap.length; word++) {
            while (bitmap[word] != 0) {
                long page = word * 64L + Long.numberOfTrailingZeros(bitmap[word]);
                bitmap[word] &= bitmap[word] - 1;
                MemorySegment.copy(block.segment(), page * PAGE, to, page * PAGE, PAGE);
            }
        }
    }
}
