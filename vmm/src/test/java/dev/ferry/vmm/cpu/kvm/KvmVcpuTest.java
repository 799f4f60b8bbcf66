package dev.ferry.vmm.cpu.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.vmm.cpu.CpuRequest;
import dev.ferry.vmm.cpu.CpuState;
import dev.ferry.vmm.cpu.Vcpu;
import dev.ferry.vmm.cpu.VcpuExit;
import dev.ferry.vmm.memory.Access;
import dev.ferry.vmm.memory.Backing;
import dev.ferry.vmm.memory.Mapping;
import dev.ferry.vmm.memory.MmioDevice;
import dev.ferry.vmm.memory.RamBlock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class KvmVcpuTest {

    private KvmMachine machine;
    private Vcpu vcpu;

    @BeforeEach
    void makeMachine() throws IOException {
        machine = new KvmMachine(2 << 20);
        vcpu = machine.vcpu();
    }

    @AfterEach
    void closeMachine() {
        if (machine != null) {
            machine.close();
        }
    }

    private VcpuExit runReal(int... code) {
        machine.put(0x1000, code);
        vcpu.load(KvmMachine.realMode(0x1000));
        return vcpu.run();
    }

    private CpuState state() {
        CpuState state = new CpuState();
        vcpu.save(state);
        return state;
    }

    @Test
    void portsAreReadAndWritten() {
        // mov dx, 0x80; mov al, 0x5a; out dx, al; out dx, ax; in eax, dx; hlt
        assertEquals(
                VcpuExit.HALTED, runReal(0xba, 0x80, 0, 0xb0, 0x5a, 0xee, 0xef, 0x66, 0xed, 0xf4));
        assertEquals(List.of("out 80.1 5a", "out 80.2 5a", "in 80.4"), machine.host.ports);
        assertEquals(0x12345678, state().regs[0]);
        assertEquals(0x100a, state().rip);
    }

    @Test
    void stringsGoToPortsAndCome() {
        machine.put(0x2000, 'h', 'e', 'l', 'l', 'o');
        // mov si, 0x2000; mov cx, 5; mov dx, 0x3f8; cld; rep outsb;
        // mov di, 0x2100; mov cx, 3; mov dx, 0x80; rep insw; hlt
        assertEquals(
                VcpuExit.HALTED,
                runReal(
                        0xbe, 0, 0x20, 0xb9, 5, 0, 0xba, 0xf8, 3, 0xfc, 0xf3, 0x6e, 0xbf, 0, 0x21,
                        0xb9, 3, 0, 0xba, 0x80, 0, 0xf3, 0x6d, 0xf4));
        assertEquals("hello", machine.host.serial());
        assertEquals(0x567856785678L, machine.space.load(0x2100, 8));
        assertEquals(List.of("in 80.2", "in 80.2", "in 80.2"), machine.host.ports);
    }

    @Test
    void devicesNothingAndRomAnswerAtAddresses() throws IOException {
        List<String> seen = new ArrayList<>();
        MmioDevice device =
                new MmioDevice() {
                    @Override
                    public long read(long offset, int size) {
                        seen.add("r%d %x".formatted(size, offset));
                        return 0x99;
                    }

                    @Override
                    public void write(long offset, int size, long value) {
                        seen.add("w%d %x=%x".formatted(size, offset, value));
                    }
                };
        try (RamBlock rom = new RamBlock("rom", 4096, true, new Backing.Anonymous())) {
            machine.space.add(0xa0000, 0x1000, 1, null, 0, device, Access.DEVICE);
            machine.space.add(0xf0000, 0x1000, 1, rom, 0, null, Access.READ_ONLY);
            machine.put(0xf0000, new byte[] {0x77});
            machine.views
                    .getFirst()
                    .onStray((what, gpa, size) -> seen.add(what + " %x".formatted(gpa)));
            machine.put(
                    0x1000, 0x66, 0xb8, 1, 2, 3, 4, // mov eax, 0x04030201
                    0xbb, 0, 0xa0, 0x8e, 0xdb, // mov ds, 0xa000
                    0x66, 0xa3, 4, 0, 0xa0, 8, 0, // mov [4], eax; mov al, [8]
                    0xbb, 0, 0xf0, 0x8e, 0xdb, // mov ds, 0xf000
                    0xa2, 0, 0, 0x8a, 0x26, 0, 0, // mov [0], al; mov ah, [0]
                    0xf4);
            vcpu.load(KvmMachine.realMode(0x1000));
            assertEquals(VcpuExit.HALTED, vcpu.run());
            assertEquals(List.of("w4 4=4030201", "r1 8", "store to ROM f0000"), seen);
            assertEquals(0x04037799, state().regs[0]);
            machine.close();
        }
    }

    @Test
    void nothingReadsAsAllOnes() {
        // mov eax, [0xd0000000]; mov [0xd0000010], eax; hlt
        machine.put(0x1000, 0xa1, 0, 0, 0, 0xd0, 0xa3, 0x10, 0, 0, 0xd0, 0xf4);
        vcpu.load(KvmMachine.protectedMode(0x1000));
        assertEquals(VcpuExit.HALTED, vcpu.run());
        assertEquals(0xffffffffL, state().regs[0]);
    }

    @Test
    void haltEndsWithAnInterrupt() {
        machine.put(0x20 * 4, 0, 0x11, 0, 0);
        machine.put(0x1100, 0xfe, 6, 0, 0x20, 0xcf); // inc byte [0x2000]; iret
        // sti; hlt; inc byte [0x2001]; cli; hlt
        assertEquals(VcpuExit.HALTED, runReal(0xfb, 0xf4, 0xfe, 6, 1, 0x20, 0xfa, 0xf4));
        assertFalse(vcpu.hasWork());
        machine.host.vectors.add(0x20);
        vcpu.raise(CpuRequest.HARD);
        assertTrue(vcpu.hasWork());
        assertEquals(VcpuExit.HALTED, vcpu.run());
        assertEquals(0x0101, machine.space.load(0x2000, 2));
        machine.host.vectors.add(0x20);
        vcpu.raise(CpuRequest.HARD);
        assertFalse(vcpu.hasWork(), "interrupts are off");
        assertEquals(VcpuExit.HALTED, vcpu.run());
        vcpu.lower(CpuRequest.HARD);
    }

    @Test
    void anInterruptWaitsUntilTheGuestTakesOne() throws InterruptedException {
        machine.put(0x20 * 4, 0, 0x11, 0, 0);
        machine.put(0x1100, 0xc6, 6, 0, 0x20, 1, 0xcf); // mov byte [0x2000], 1; iret
        // cli; mov cx, 0; l: loop l; out 0x80, al; sti; m: cmp byte [0x2000], 0; je m; cli; hlt
        machine.host.vectors.add(0x20);
        vcpu.raise(CpuRequest.HARD);
        machine.put(
                0x1000, 0xfa, 0xb9, 0, 0, 0xe2, 0xfe, 0xe6, 0x80, 0xfb, 0x80, 0x3e, 0, 0x20, 0,
                0x74, 0xf9, 0xfa, 0xf4);
        CpuState state = KvmMachine.realMode(0x1000);
        state.interruptRequest = CpuRequest.HARD;
        vcpu.load(state);
        assertEquals(VcpuExit.HALTED, vcpu.run());
        assertEquals(1, machine.space.load(0x2000, 1));
        assertEquals(1, machine.host.ports.size());
    }

    @Test
    void aNonMaskableInterruptIsTaken() {
        machine.put(2 * 4, 0, 0x11, 0, 0);
        machine.put(0x1100, 0xc6, 6, 0, 0x20, 7, 0xcf);
        assertEquals(VcpuExit.HALTED, runReal(0xfa, 0xf4, 0xf4));
        vcpu.raise(CpuRequest.NMI);
        assertTrue(vcpu.hasWork());
        assertEquals(VcpuExit.HALTED, vcpu.run());
        assertEquals(7, machine.space.load(0x2000, 1));
    }

    @Test
    void aSpinningGuestIsKickedOut() throws InterruptedException {
        machine.put(0x1000, 0xfe, 6, 0, 0x20, 0xeb, 0xfa); // l: inc byte [0x2000]; jmp l
        vcpu.load(KvmMachine.realMode(0x1000));
        for (int i = 0; i < 200; i++) {
            VcpuExit[] exit = new VcpuExit[1];
            Thread thread = new Thread(() -> exit[0] = vcpu.run());
            thread.start();
            if ((i & 1) == 0) {
                long before = machine.space.load(0x2000, 1);
                while (machine.space.load(0x2000, 1) == before) {
                    Thread.onSpinWait();
                }
            }
            vcpu.kick();
            thread.join();
            assertEquals(VcpuExit.KICKED, exit[0]);
        }
    }

    @Test
    void aKickBeforehandCountsOnce() {
        vcpu.kick();
        machine.put(0x1000, 0xf4);
        vcpu.load(KvmMachine.realMode(0x1000));
        assertEquals(VcpuExit.KICKED, vcpu.run());
        assertEquals(VcpuExit.HALTED, vcpu.run());
    }

    @Test
    void kickedInTheMidstOfPortAccessesNoneIsLostOrRepeated() throws InterruptedException {
        // xor bx, bx; l: inc bx; mov ax, bx; out 0x80, ax; cmp bx, 2000; jne l; hlt
        machine.put(
                0x1000, 0x31, 0xdb, 0x43, 0x89, 0xd8, 0xe7, 0x80, 0x81, 0xfb, 0xd0, 0x07, 0x75,
                0xf5, 0xf4);
        CpuState state = KvmMachine.realMode(0x1000);
        int accesses = 2000;
        Thread kicker =
                new Thread(() -> {
                    int seen = 0;
                    while (seen < accesses) {
                        int now = machine.host.ports.size();
                        if (now != seen) {
                            vcpu.kick();
                            seen = now;
                        }
                        Thread.onSpinWait();
                    }
                });
        kicker.start();
        vcpu.load(state);
        VcpuExit exit = VcpuExit.KICKED;
        while (exit == VcpuExit.KICKED) {
            exit = vcpu.run();
            CpuState moved = state();
            vcpu.load(moved); // as a migration does
        }
        kicker.join();
        assertEquals(accesses, machine.host.ports.size());
        for (int i = 1; i <= accesses; i++) {
            assertEquals("out 80.2 %x".formatted(i), machine.host.ports.get(i - 1));
        }
    }

    @Test
    void aTripleFaultIsAShutdown() {
        CpuState state = KvmMachine.protectedMode(0x1000);
        state.idtLimit = 0;
        machine.put(0x1000, 0x0f, 0x0b); // ud2
        vcpu.load(state);
        assertEquals(VcpuExit.SHUTDOWN, vcpu.run());
        assertTrue(vcpu.failure().startsWith("triple fault at RIP 0x"), vcpu.failure());
        vcpu.reset();
        assertEquals(0xfff0, state().rip);
    }

    @Test
    void codeWhereNothingIsFailsWithItsAddress() {
        CpuState state = KvmMachine.protectedMode(0xd0001000);
        state.rip = 0xd0001000L;
        vcpu.load(state);
        assertEquals(VcpuExit.FAILED, vcpu.run());
        assertTrue(
                vcpu.failure().contains("at RIP 0xd0001000 (linear 0xd0001000)"), vcpu.failure());
    }

    @Test
    void theMigrationControlMsrIsTheHosts() {
        // mov ecx, 0x4b564d08; mov eax, 1; cdq; wrmsr; inc eax; rdmsr; hlt
        machine.host.msrs.put(0x4b564d08, 5L);
        assertEquals(
                VcpuExit.HALTED,
                runReal(
                        0x66, 0xb9, 8, 0x4d, 0x56, 0x4b, 0x66, 0xb8, 1, 0, 0, 0, 0x66, 0x99, 0x0f,
                        0x30, 0x66, 0x40, 0x0f, 0x32, 0xf4));
        assertEquals(1, machine.host.msrs.get(0x4b564d08));
        assertEquals(1, state().regs[0]);
    }

    @Test
    void anMsrThatNobodyHasIsAFault() {
        machine.put(13 * 4, 0, 0x11, 0, 0);
        machine.put(0x1100, 0xf4);
        assertEquals(
                VcpuExit.HALTED, runReal(0x66, 0xb9, 0x78, 0x56, 0x34, 0x12, 0x0f, 0x32, 0xf4));
        assertEquals(0x1101, state().rip);
    }

    @Test
    void cpuidIsTheModelWithoutWhatTheKernelLacks() {
        // mov eax, 0x80000002; cpuid; hlt
        assertEquals(VcpuExit.HALTED, runReal(0x66, 0xb8, 2, 0, 0, 0x80, 0x0f, 0xa2, 0xf4));
        assertEquals(0x72726546, state().regs[0]);
        assertEquals(VcpuExit.HALTED, runReal(0x66, 0xb8, 1, 0, 0, 0x40, 0x0f, 0xa2, 0xf4));
        assertEquals(0x10009, state().regs[0]);
    }

    @Test
    void flashModeChangesWhileTheGuestRuns() throws IOException {
        try (RamBlock flash = new RamBlock("flash", 4096)) {
            Mapping[] mapping = new Mapping[1];
            MmioDevice device =
                    new MmioDevice() {
                        @Override
                        public long read(long offset, int size) {
                            mapping[0].access(Access.ROM_DEVICE);
                            return 0x80;
                        }

                        @Override
                        public void write(long offset, int size, long value) {
                            mapping[0].access(Access.DEVICE);
                        }
                    };
            mapping[0] = machine.space.addRomDevice(flash, 0xff000000L, 0, 4096, device);
            machine.put(0xff000000L, new byte[] {0x41});
            // mov ebx, 0xff000000; mov al, [ebx]; mov [ebx], al; mov ah, [ebx]; mov cl, [ebx]; hlt
            machine.put(
                    0x1000, 0xbb, 0, 0, 0, 0xff, 0x8a, 3, 0x88, 3, 0x8a, 0x23, 0x8a, 0x0b, 0xf4);
            vcpu.load(KvmMachine.protectedMode(0x1000));
            assertEquals(VcpuExit.HALTED, vcpu.run());
            assertEquals(0x8041, state().regs[0]);
            assertEquals(0x41, state().regs[1]);
            machine.close();
        }
    }

    @Test
    void processorsAreStartedOverTheirApic() throws InterruptedException {
        Vcpu second = machine.vcpu();
        machine.host.sipi = 3;
        assertEquals(VcpuExit.HALTED, second.run());
        assertFalse(second.hasWork());
        machine.put(0x3000, 0xb0, 'x', 0xba, 0xf8, 3, 0xee, 0xf4);
        second.raise(CpuRequest.INIT);
        assertTrue(second.hasWork());
        assertEquals(VcpuExit.HALTED, second.run());
        second.raise(CpuRequest.SIPI);
        assertTrue(second.hasWork());
        assertEquals(VcpuExit.HALTED, second.run());
        assertEquals("x", machine.host.serial());
        CpuState state = new CpuState();
        second.save(state);
        assertEquals(0x300, state.segs[1].selector);
        assertEquals(7, state.rip);
        assertTrue(state.halted);
        assertFalse(state.waitForSipi);
    }
}
