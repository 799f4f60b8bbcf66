package dev.ferry.vmm.sev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.sev.firmware.MemoryEncryption;
import dev.ferry.vmm.memory.AddressSpace;
import dev.ferry.vmm.memory.DirtyClient;
import dev.ferry.vmm.memory.HostMemory;
import dev.ferry.vmm.memory.RamBlock;
import dev.ferry.vmm.memory.TlbOwner;
import dev.ferry.vmm.memory.VcpuMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

/** vCPUs in private memory that is larger than the cache, while the host copies what is dirty. */
class PlaintextStressTest {

    private static final int PAGE = 4096;
    private static final int PAGES = 64;
    private static final int VCPUS = 3;
    private static final int ROUNDS = 60_000;

    /** Keeps an address for each page, as translation caches do. */
    private static final class Vcpu implements TlbOwner {
        private final int number;
        private final VcpuMemory memory;
        private final long[] writable = new long[PAGES];
        private final long[] counts = new long[PAGES];
        private final AtomicInteger wanted = new AtomicInteger();
        private volatile int done;
        private volatile boolean inGuest;
        private volatile Thread runner;

        Vcpu(int number, AddressSpace space) {
            this.number = number;
            memory = space.view();
            memory.add(this);
            runner = Thread.currentThread();
        }

        @Override
        public void dropAddresses(boolean all) {
            int mine = wanted.incrementAndGet();
            while (Thread.currentThread() != runner && inGuest && done - mine < 0) {
                Thread.onSpinWait();
            }
        }

        @Override
        public void codeWritten(long address, int length) {}

        private void poll() {
            int now = wanted.get();
            if (now != done) {
                java.util.Arrays.fill(writable, 0);
                done = now;
            }
        }

        void run(long seed) {
            SplittableRandom random = new SplittableRandom(seed + number);
            runner = Thread.currentThread();
            inGuest = true;
            poll();
            for (int i = 0; i < ROUNDS; i++) {
                add(random.nextInt(PAGES));
                poll();
            }
            inGuest = false;
        }

        /** Adds 1 to this vCPU's word of a page. */
        private void add(int page) {
            long gpa = (long) page * PAGE;
            if (writable[page] == 0) {
                writable[page] = memory.writable(gpa, true);
            }
            if (writable[page] != 0) {
                long address = writable[page] + 8L * number;
                HostMemory.putLong(address, HostMemory.getLong(address) + 1);
            } else {
                inGuest = false;
                long before = memory.load(gpa + 8L * number, 8, true);
                memory.store(gpa + 8L * number, 8, before + 1, true);
                inGuest = true;
            }
            counts[page]++;
        }
    }

    @Test
    void noStoreIsLostAndEveryOneIsLogged() throws Exception {
        long seed = new SecureRandom().nextLong();
        AddressSpace space = new AddressSpace(new ReentrantLock());
        try (RamBlock ram = new RamBlock("pc.ram", PAGES * PAGE);
                MemoryEncryption engine = MemoryEncryption.random(new SecureRandom());
                PlaintextCache cache = new PlaintextCache(engine, PAGES, 24, space::dropAddresses);
                ExecutorService threads = Executors.newCachedThreadPool()) {
            space.addRam(ram, 0, 0, ram.size());
            space.privateMemory(cache);
            ram.dirtyLog().enable(DirtyClient.MIGRATION);
            List<Vcpu> vcpus = new ArrayList<>();
            for (int i = 0; i < VCPUS; i++) {
                vcpus.add(new Vcpu(i, space));
            }
            // Every page begins as zeros that the guest wrote.
            for (long gpa = 0; gpa < ram.size(); gpa += 8) {
                vcpus.getFirst().memory.store(gpa, 8, 0, true);
            }
            byte[] copy = new byte[PAGES * PAGE];
            AtomicBoolean over = new AtomicBoolean();
            Future<Integer> host = threads.submit(() -> copyWhatIsDirty(space, ram, copy, over));
            List<Future<?>> guests = new ArrayList<>();
            for (Vcpu vcpu : vcpus) {
                guests.add(threads.submit(() -> vcpu.run(seed)));
            }
            for (Future<?> guest : guests) {
                guest.get();
            }
            over.set(true);
            assertTrue(host.get() > 0);
            check(seed, engine, vcpus, copy);
        }
    }

    /** As a migration does: passes over the dirty log, the last one when the guest stands. */
    private static int copyWhatIsDirty(
            AddressSpace space, RamBlock ram, byte[] copy, AtomicBoolean over) {
        int passes = 0;
        boolean last;
        do {
            last = over.get();
            long[] dirty = new long[1];
            ram.dirtyLog().sync(DirtyClient.MIGRATION, dirty);
            for (int page = 0; page < PAGES; page++) {
                if ((dirty[0] >>> page & 1) != 0) {
                    space.writeBack(ram, page, 1);
                    MemorySegment.copy(
                            ram.segment(),
                            ValueLayout.JAVA_BYTE,
                            (long) page * PAGE,
                            copy,
                            page * PAGE,
                            PAGE);
                }
            }
            passes++;
        } while (!last);
        return passes;
    }

    private static void check(long seed, MemoryEncryption engine, List<Vcpu> vcpus, byte[] copy) {
        engine.decrypt(0, copy, 0, copy.length);
        MemorySegment plain = MemorySegment.ofArray(copy);
        for (int page = 0; page < PAGES; page++) {
            for (Vcpu vcpu : vcpus) {
                assertEquals(
                        vcpu.counts[page],
                        plain.get(
                                ValueLayout.JAVA_LONG_UNALIGNED,
                                (long) page * PAGE + 8L * vcpu.number),
                        "page " + page + ", vCPU " + vcpu.number + ", seed " + seed);
            }
        }
    }
}
