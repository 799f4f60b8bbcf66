package dev.ferry.vmm.cpu.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ferry.vmm.cpu.Accelerator;
import dev.ferry.vmm.cpu.CpuState;
import dev.ferry.vmm.cpu.Vcpu;
import dev.ferry.vmm.cpu.VcpuExit;
import dev.ferry.vmm.cpu.x86.CpuModel;
import dev.ferry.vmm.cpu.x86.Interpreter;
import dev.ferry.vmm.memory.DirtyClient;
import dev.ferry.vmm.memory.DirtyLog;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class KvmDirtyLogTest {

    private static final int PAGE = 4096;

    /** Adds 1 to a word in each of the pages from eax to ebx, over and over; edi counts rounds. */
    private static final int[] DIRTIER = {
        0x89,
        0xc1, // again: mov ecx, eax
        0xff,
        0x04,
        0x39, // next: inc dword [ecx + edi]
        0x81,
        0xc1,
        0,
        0x10,
        0,
        0, // add ecx, 4096
        0x39,
        0xd9, // cmp ecx, ebx
        0x72,
        0xf3, // jb next
        0x81,
        0xc7,
        4,
        0,
        0,
        0, // add edi, 4
        0x81,
        0xe7,
        0xff,
        0x0f,
        0,
        0, // and edi, 0xfff
        0xeb,
        0xe3 // jmp again
    };

    @Test
    void pagesThatTheGuestStoresToAreLogged() throws IOException {
        try (KvmMachine machine = new KvmMachine(16 << 20)) {
            Vcpu vcpu = machine.vcpu();
            // mov ecx, 100; mov eax, 0x400000; l: inc byte [eax]; add eax, 0x3000; loop l; hlt
            machine.put(
                    0x1000, 0xb9, 100, 0, 0, 0, 0xb8, 0, 0, 0x40, 0, 0xfe, 0, 5, 0, 0x30, 0, 0,
                    0xe2, 0xf7, 0xf4);
            DirtyLog log = machine.ram.dirtyLog();
            log.enable(DirtyClient.MIGRATION);
            log.enable(DirtyClient.VGA);
            for (int round = 0; round < 3; round++) {
                vcpu.load(KvmMachine.protectedMode(0x1000));
                assertEquals(VcpuExit.HALTED, vcpu.run());
                long[] bitmap = new long[64];
                assertEquals(100, log.sync(DirtyClient.MIGRATION, bitmap));
                for (int i = 0; i < 100; i++) {
                    int page = 0x400 + 3 * i;
                    assertEquals(1, bitmap[page >>> 6] >>> page & 1, "page " + page);
                }
                assertEquals(0, log.sync(DirtyClient.MIGRATION, new long[64]));
                // Part of the other client's, whose bits the first sync brought along.
                assertEquals(5, log.clear(DirtyClient.VGA, 0x401, 15));
                assertEquals(95, log.sync(DirtyClient.VGA, new long[64]));
            }
            log.disable(DirtyClient.MIGRATION);
            log.disable(DirtyClient.VGA);
            vcpu.load(KvmMachine.protectedMode(0x1000));
            assertEquals(VcpuExit.HALTED, vcpu.run());
            log.enable(DirtyClient.MIGRATION);
            assertEquals(0, log.sync(DirtyClient.MIGRATION, new long[64]));
        }
    }

    @Test
    void whatIsMappedOutOfStepWithTheBitmapIsLogged() throws IOException {
        try (KvmMachine machine = new KvmMachine(2 << 20)) {
            machine.space.addRam(machine.ram, 0x4000_0000L, 0x7000, 0x80000);
            Vcpu vcpu = machine.vcpu();
            machine.ram.dirtyLog().enable(DirtyClient.MIGRATION);
            // mov byte [0x40000000], 1; mov byte [0x4003f000], 1; hlt
            machine.put(0x1000, 0xc6, 5, 0, 0, 0, 0x40, 1, 0xc6, 5, 0, 0xf0, 3, 0x40, 1, 0xf4);
            long[] bitmap = new long[8];
            machine.ram.dirtyLog().sync(DirtyClient.MIGRATION, bitmap);
            vcpu.load(KvmMachine.protectedMode(0x1000));
            assertEquals(VcpuExit.HALTED, vcpu.run());
            Arrays.fill(bitmap, 0);
            machine.ram.dirtyLog().sync(DirtyClient.MIGRATION, 0, 0x10, bitmap);
            assertEquals(1L << 7, bitmap[0]);
            Arrays.fill(bitmap, 0);
            machine.ram.dirtyLog().sync(DirtyClient.MIGRATION, bitmap);
            assertEquals(1L << (0x46 - 64), bitmap[1]);
            assertEquals(1, LongStream.of(bitmap).map(Long::bitCount).sum());
        }
    }

    @Test
    void noStoreIsMissedWhileGuestsRun() throws IOException, InterruptedException {
        for (long seed = 1; seed <= 10; seed++) {
            migrate(seed, KvmMachine.kvm());
        }
    }

    @Test
    void nothingIsMissedOfTheInterpretersStoresEither() throws IOException, InterruptedException {
        for (long seed = 1; seed <= 10; seed++) {
            migrate(seed, new Interpreter(CpuModel.qemu64(), null));
        }
    }

    private static void migrate(long seed, Accelerator accelerator)
            throws IOException, InterruptedException {
        SplittableRandom random = new SplittableRandom(seed);
        int pages = 300;
        try (KvmMachine machine =
                new KvmMachine((long) pages * PAGE, new RecordingHost(), accelerator)) {
            machine.put(0x1000, DIRTIER);
            Vcpu[] vcpus = {machine.vcpu(), machine.vcpu()};
            Thread[] threads = new Thread[2];
            for (int i = 0; i < 2; i++) {
                CpuState state = KvmMachine.protectedMode(0x1000);
                state.regs[0] = (16 + 130L * i + random.nextInt(10)) * PAGE;
                state.regs[3] = (150 + 130L * i + random.nextInt(10)) * PAGE;
                Vcpu vcpu = vcpus[i];
                vcpu.load(state);
                threads[i] = new Thread(vcpu::run);
                threads[i].start();
            }
            byte[] copy = new byte[pages * PAGE];
            DirtyLog log = machine.ram.dirtyLog();
            log.enable(DirtyClient.MIGRATION);
            MemorySegment.ofArray(copy).copyFrom(machine.ram.segment());
            long[] bitmap = new long[(pages + 63) / 64];
            long copied = 0;
            // The guests may take their time to begin.
            for (int round = 0; round < 50 || copied == 0; round++) {
                long first = random.nextInt(pages);
                long count = random.nextInt(pages - (int) first + 1);
                log.sync(DirtyClient.MIGRATION, first, count, bitmap);
                copied += copyPages(machine, bitmap, copy);
            }
            for (int i = 0; i < 2; i++) {
                vcpus[i].kick();
                threads[i].join();
            }
            log.sync(DirtyClient.MIGRATION, bitmap);
            copyPages(machine, bitmap, copy);
            long differs = MemorySegment.ofArray(copy).mismatch(machine.ram.segment());
            assertEquals(-1, differs, () -> "the copy differs, seed " + seed);
        }
    }

    private static long copyPages(KvmMachine machine, long[] bitmap, byte[] copy) {
        MemorySegment to = MemorySegment.ofArray(copy);
        long copied = 0;
        for (int word = 0; word < bitmap.length; word++) {
            while (bitmap[word] != 0) {
                long page = word * 64L + Long.numberOfTrailingZeros(bitmap[word]);
                bitmap[word] &= bitmap[word] - 1;
                MemorySegment.copy(machine.ram.segment(), page * PAGE, to, page * PAGE, PAGE);
                copied++;
            }
        }
        return copied;
    }
}
