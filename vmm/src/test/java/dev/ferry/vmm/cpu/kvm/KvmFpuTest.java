package dev.ferry.vmm.cpu.kvm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ferry.vmm.cpu.CpuState;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class KvmFpuTest {

    private final MemorySegment area = Arena.ofAuto().allocate(KvmFpu.XSAVE_BYTES, 64);

    private static CpuState oneOnTheStack() {
        CpuState state = new CpuState();
        state.fpuStatus = 5 << 11;
        state.fpuMantissa[5] = 0x8000000000000000L;
        state.fpuExponent[5] = 0x3fff;
        state.fpuMantissa[4] = 7;
        state.fpuTags = 1 << 5;
        state.xmm[2] = 0x1111;
        state.xmm[3] = 0x2222;
        state.ymmHigh[2] = 0x3333;
        state.xcr0 = 7;
        return state;
    }

    @Test
    void registersOfTheXsaveAreaAreRelativeToTheTop() {
        KvmFpu.xsave(oneOnTheStack(), area);
        assertEquals(0x8000000000000000L, area.get(ValueLayout.JAVA_LONG, 32));
        assertEquals(0x3fff, area.get(ValueLayout.JAVA_SHORT, 40));
        assertEquals(7, area.get(ValueLayout.JAVA_LONG, 32 + 7 * 16));
        assertEquals(0x20, area.get(ValueLayout.JAVA_BYTE, 4));
        assertEquals(0x1111, area.get(ValueLayout.JAVA_LONG, 176));
        assertEquals(0x2222, area.get(ValueLayout.JAVA_LONG, 184));
        assertEquals(7, area.get(ValueLayout.JAVA_LONG, 512));
        assertEquals(0x3333, area.get(ValueLayout.JAVA_LONG, 592));
    }

    @Test
    void bothFormsComeBack() {
        CpuState state = oneOnTheStack();
        CpuState found = new CpuState();
        KvmFpu.xsave(state, area);
        KvmFpu.xsave(area, found);
        compare(state, found);
        assertArrayEquals(state.ymmHigh, found.ymmHigh);
        found = new CpuState();
        KvmFpu.fpu(state, area);
        KvmFpu.fpu(area, found);
        compare(state, found);
    }

    @Test
    void whatIsInItsInitialStateIsNotTakenFromTheArea() {
        KvmFpu.xsave(oneOnTheStack(), area);
        area.set(ValueLayout.JAVA_LONG, 512, 0);
        CpuState found = oneOnTheStack();
        KvmFpu.xsave(area, found);
        CpuState initial = new CpuState();
        compare(initial, found);
        assertArrayEquals(initial.ymmHigh, found.ymmHigh);
    }

    private static void compare(CpuState a, CpuState b) {
        assertArrayEquals(a.fpuMantissa, b.fpuMantissa);
        assertArrayEquals(a.fpuExponent, b.fpuExponent);
        assertArrayEquals(a.xmm, b.xmm);
        assertEquals(a.fpuControl, b.fpuControl);
        assertEquals(a.fpuStatus, b.fpuStatus);
        assertEquals(a.fpuTags, b.fpuTags);
        assertEquals(a.mxcsr, b.mxcsr);
    }
}
