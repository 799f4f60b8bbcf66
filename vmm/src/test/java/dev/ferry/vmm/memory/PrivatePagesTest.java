package dev.ferry.vmm.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PrivatePagesTest {

    private static final int PAGE = PhysicalMemory.PAGE_BYTES;
    private static final long KEY = 0x5a5a5a5a5a5a5a5aL;

    private final AddressSpace space = new AddressSpace(new ReentrantLock());
    private RamBlock ram;
    private RamBlock rom;
    private VcpuMemory view;

    @BeforeEach
    void makeMemory() throws IOException {
        ram = new RamBlock("ram", 16 * PAGE);
        rom = new RamBlock("rom", PAGE, true, new Backing.Anonymous());
        space.addRam(ram, 0x100000, 0, ram.size());
        space.addRom(rom, 0xfffff000L, 0, rom.size());
        space.privateMemory(new XorEngine(space, KEY));
        view = space.view();
    }

    @AfterEach
    void closeMemory() {
        ram.close();
        rom.close();
    }

    @Test
    void encryptedStoresLookOtherwiseToTheHost() {
        view.store(0x100008, 8, 42, true);
        assertEquals(42, view.load(0x100008, 8, true));
        assertEquals(42 ^ KEY, space.load(0x100008, 8));
        assertEquals(42 ^ KEY, view.load(0x100008, 8, false));
        assertEquals(42, view.load(0x100008, 8, true));
    }

    @Test
    void hostStoresLookOtherwiseToEncryptedLoads() {
        view.store(0x100000, 8, 1, true);
        space.store(0x100008, 8, 42);
        assertEquals(42 ^ KEY, view.load(0x100008, 8, true));
        assertEquals(1, view.load(0x100000, 8, true), "the rest of the page was lost");
        space.write(ram, 0x10, MemorySegment.ofArray(new long[] {43}));
        assertEquals(43 ^ KEY, view.load(0x100010, 8, true));
        assertEquals(1, view.load(0x100000, 8, true));
    }

    @Test
    void aPageIsDirectOnOneSideOnly() {
        assertEquals(ram.address(), view.writable(0x100000, false));
        assertEquals(0, view.readable(0x100000, true));
        view.load(0x100000, 1, true);
        assertNotEquals(0, view.readable(0x100000, true));
        assertEquals(0, view.readable(0x100000, false));
        assertEquals(0, view.writable(0x100000, false));
    }

    @Test
    void romIsNeverEncrypted() {
        space.writeRom(0xfffff000L, MemorySegment.ofArray(new byte[] {5}));
        assertEquals(rom.address(), view.readable(0xfffff000L, true));
        assertEquals(5, view.load(0xfffff000L, 1, true));
    }

    @Test
    void writingBackShowsTheBlockWhatIsHeld() {
        view.store(0x101000, 8, 7, true);
        assertEquals(0, ram.segment().get(ValueLayout.JAVA_LONG, PAGE));
        space.writeBack(ram, 0, 16);
        assertEquals(7 ^ KEY, ram.segment().get(ValueLayout.JAVA_LONG, PAGE));
        assertEquals(7, view.load(0x101000, 8, true));
    }

    @Test
    void directAndSingleAccessesOfBothKindsAgreeWithAModel() {
        for (long seed = 1; seed <= 30; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            space.write(ram, 0, MemorySegment.ofArray(new byte[16 * PAGE]));
            long[] model = new long[16 * PAGE / 8]; // as the host sees it
            TestVcpu vcpu = new TestVcpu(space, 0x110);
            vcpu.enter();
            for (int i = 0; i < 3000; i++) {
                int word = random.nextInt(model.length);
                long address = 0x100000 + word * 8L;
                boolean encrypted = random.nextInt(4) != 0;
                long mask = encrypted ? KEY : 0;
                long value = random.nextLong();
                switch (random.nextInt(5)) {
                    case 0 -> {
                        space.store(address, 8, value);
                        model[word] = value;
                    }
                    case 1 -> {
                        vcpu.slowStore(address, value, encrypted);
                        model[word] = value ^ mask;
                    }
                    case 2 -> {
                        vcpu.poll();
                        vcpu.storeAnew(address, value, encrypted);
                        model[word] = value ^ mask;
                    }
                    case 3 -> check(model[word], space.load(address, 8), seed);
                    default ->
                            check(
                                    model[word] ^ mask,
                                    vcpu.memory.load(address, 8, encrypted),
                                    seed);
                }
            }
            vcpu.leave();
            vcpu.memory.remove(vcpu);
        }
    }

    private static void check(long expected, long found, long seed) {
        assertEquals(expected, found, () -> "seed " + seed);
    }
}
