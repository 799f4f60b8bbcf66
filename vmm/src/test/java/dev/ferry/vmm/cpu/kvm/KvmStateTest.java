package dev.ferry.vmm.cpu.kvm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.ferry.vmm.cpu.CpuState;
import dev.ferry.vmm.cpu.Vcpu;
import dev.ferry.vmm.cpu.VcpuExit;
import java.io.IOException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** That a state goes into the kernel and comes back as it was. */
class KvmStateTest {

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

    @Test
    void resetStateIsTheProcessors() {
        vcpu.reset();
        CpuState found = new CpuState();
        found.regs[3] = 99;
        vcpu.save(found);
        found.tsc = 0;
        compare(new CpuState(), found, 0);
    }

    @Test
    void everyModeComesBackAsItWas() {
        for (long seed = 1; seed <= 60; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            CpuState state =
                    switch (random.nextInt(3)) {
                        case 0 -> KvmMachine.realMode(random.nextInt(0x10000));
                        case 1 -> KvmMachine.protectedMode(random.nextInt(0x10000));
                        default -> longMode();
                    };
            fill(state, random);
            vcpu.load(state);
            CpuState found = new CpuState();
            vcpu.save(found);
            compare(state, found, seed);
        }
    }

    @Test
    void whatWasNotDeliveredYetComesBack() {
        CpuState state = KvmMachine.realMode(0x1000);
        state.interruptInjected = 0x21;
        state.nmiInService = true;
        state.interruptShadow = false;
        vcpu.load(state);
        CpuState found = new CpuState();
        vcpu.save(found);
        assertEquals(0x21, found.interruptInjected);
        assertEquals(true, found.nmiInService);
        machine.put(0x21 * 4, 0, 0x11, 0, 0);
        machine.put(0x1100, 0xf4);
        machine.put(0x1000, 0xf4);
        vcpu.load(found);
        assertEquals(VcpuExit.HALTED, vcpu.run());
        vcpu.save(found);
        assertEquals(0x1101, found.rip, "the interrupt was lost");
        assertEquals(-1, found.interruptInjected);
    }

    @Test
    void theStackOfTheFpuIsPhysicalInTheState() {
        CpuState state = KvmMachine.protectedMode(0x1000);
        state.fpuStatus = 5 << 11;
        state.fpuMantissa[5] = 0x8000000000000000L;
        state.fpuExponent[5] = 0x3fff; // ST(0) = 1
        state.fpuTags = 1 << 5;
        machine.put(0x1000, 0xd9, 0xee, 0xf4); // fldz; hlt
        vcpu.load(state);
        VcpuExit exit = vcpu.run();
        // Some kernels emulate guests that way, and then know no FPU.
        assumeFalse(vcpu.failure().startsWith("KVM cannot emulate"), vcpu.failure());
        assertEquals(VcpuExit.HALTED, exit, vcpu.failure());
        CpuState found = new CpuState();
        vcpu.save(found);
        assertEquals(4, found.fpuStatus >>> 11 & 7);
        assertEquals(0x3fff, found.fpuExponent[5]);
        assertEquals(0, found.fpuExponent[4]);
        assertEquals(0x30, found.fpuTags);
    }

    private static CpuState longMode() {
        CpuState state = KvmMachine.protectedMode(0x1000);
        state.segs[1].set(8, 0, -1, 0xa09b00);
        state.cr0 = 0x80050033L;
        state.cr3 = 0x4000;
        state.cr4 = 0x620;
        state.efer = 0xd01;
        return state;
    }

    private static void fill(CpuState state, SplittableRandom random) {
        boolean wide = (state.efer & 0x400) != 0;
        for (int i = 0; i < 16; i++) {
            state.regs[i] = wide ? random.nextLong() : i < 8 ? random.nextInt() & 0xffffffffL : 0;
        }
        state.rflags = 2 | (random.nextInt() & 0xcd5);
        state.gdtBase = random.nextInt() & 0xffffffffL;
        state.gdtLimit = random.nextInt(0x10000);
        state.idtBase = random.nextInt() & 0xffffffffL;
        state.idtLimit = random.nextInt(0x10000);
        state.cr2 = random.nextInt() & 0xffffffffL;
        state.ldt.set(0x18, 0x5000, 0xfff, 0x8200);
        state.tr.set(0x20, 0x6000, 0x67, 0x8b00);
        for (int i = 0; i < 4; i++) {
            state.dr[i] = random.nextInt() & 0xffffffffL;
        }
        state.dr[6] = 0xffff0ff0L | random.nextInt(16);
        state.star = random.nextLong();
        state.lstar = canonical(random);
        state.cstar = canonical(random);
        state.fmask = random.nextInt() & 0xffffffffL;
        state.kernelGsBase = canonical(random);
        state.sysenterCs = random.nextInt(0x10000);
        state.sysenterEsp = canonical(random);
        state.sysenterEip = canonical(random);
        state.pat = 0x0007040600070406L ^ (random.nextInt(2) == 0 ? 0 : 0x0001000000000000L);
        for (int i = 0; i < 8; i++) {
            state.fpuMantissa[i] = random.nextLong() | Long.MIN_VALUE;
            state.fpuExponent[i] = random.nextInt(0x10000);
        }
        state.fpuControl = 0x37f - random.nextInt(4);
        state.fpuStatus = random.nextInt(8) << 11 | random.nextInt(2) << 14;
        state.fpuTags = random.nextInt(256);
        state.fpuOpcode = random.nextInt(0x800);
        for (int i = 0; i < 32; i++) {
            state.xmm[i] = random.nextLong();
        }
        state.mxcsr = 0x1f80 | random.nextInt(64);
        state.halted = random.nextBoolean();
        state.interruptRequest = random.nextInt(2) * 2;
        state.a20 = random.nextBoolean();
    }

    private static long canonical(SplittableRandom random) {
        return random.nextLong() << 17 >> 17;
    }

    private static void compare(CpuState a, CpuState b, long seed) {
        String with = "seed " + seed;
        assertArrayEquals(a.regs, b.regs, with);
        assertEquals(a.rip, b.rip, with);
        assertEquals(a.rflags, b.rflags, with);
        for (int i = 0; i < 6; i++) {
            compare(a.segs[i], b.segs[i], "segment " + i + ", " + with);
        }
        compare(a.ldt, b.ldt, "LDTR, " + with);
        compare(a.tr, b.tr, "TR, " + with);
        assertEquals(a.gdtBase, b.gdtBase, with);
        assertEquals(a.gdtLimit, b.gdtLimit, with);
        assertEquals(a.idtBase, b.idtBase, with);
        assertEquals(a.idtLimit, b.idtLimit, with);
        assertArrayEquals(
                new long[] {a.cr0, a.cr2, a.cr3, a.cr4, a.efer},
                new long[] {b.cr0, b.cr2, b.cr3, b.cr4, b.efer},
                with);
        assertArrayEquals(a.dr, b.dr, with);
        assertArrayEquals(
                new long[] {
                    a.star,
                    a.lstar,
                    a.cstar,
                    a.fmask,
                    a.kernelGsBase,
                    a.sysenterCs,
                    a.sysenterEsp,
                    a.sysenterEip,
                    a.pat
                },
                new long[] {
                    b.star,
                    b.lstar,
                    b.cstar,
                    b.fmask,
                    b.kernelGsBase,
                    b.sysenterCs,
                    b.sysenterEsp,
                    b.sysenterEip,
                    b.pat
                },
                with);
        assertArrayEquals(a.fpuMantissa, b.fpuMantissa, with);
        assertArrayEquals(a.fpuExponent, b.fpuExponent, with);
        assertEquals(a.fpuControl, b.fpuControl, with);
        assertEquals(a.fpuStatus, b.fpuStatus, with);
        assertEquals(a.fpuTags, b.fpuTags, with);
        assertEquals(a.fpuOpcode, b.fpuOpcode, with);
        assertArrayEquals(a.xmm, b.xmm, with);
        assertEquals(a.mxcsr, b.mxcsr, with);
        assertEquals(a.halted, b.halted, with);
        assertEquals(a.interruptRequest, b.interruptRequest, with);
        assertEquals(a.a20, b.a20, with);
    }

    private static void compare(CpuState.Segment a, CpuState.Segment b, String with) {
        assertEquals(a.selector, b.selector, with);
        assertEquals(a.base, b.base, with);
        assertEquals(a.limit, b.limit, with);
        assertEquals(Integer.toHexString(a.flags), Integer.toHexString(b.flags), with);
    }
}
