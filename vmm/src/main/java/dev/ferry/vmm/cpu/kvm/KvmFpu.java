package dev.ferry.vmm.cpu.kvm;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.ferry.vmm.cpu.CpuState;
import java.lang.foreign.MemorySegment;

/**
 * x87, SSE and AVX state: struct kvm_fpu, and the XSAVE area of struct kvm_xsave in its standard
 * format. Registers are relative to the top of the stack there, physical in {@link CpuState}.
 *
 * <p>Source: Intel SDM volume 1, sections 10.5.1 and 13.4.
 */
final class KvmFpu {

    static final int FPU_BYTES = 416;
    static final int XSAVE_BYTES = 4096;
    static final int XCRS_BYTES = 392;

    /** Where each form has its parts. */
    private record Form(
            int stack,
            int control,
            int status,
            int tags,
            int opcode,
            int ip,
            int dp,
            int xmm,
            int mxcsr) {}

    private static final Form FPU = new Form(0, 128, 130, 132, 134, 136, 144, 152, 408);
    private static final Form XSAVE = new Form(32, 0, 2, 4, 6, 8, 16, 160, 24);

    private static final int XSTATE_BV = 512;

    /** Upper halves of the YMM registers; where CPUID leaf 0xd has put them ever since. */
    private static final int YMM_HIGH = 576;

    private static final long X87 = 1;
    private static final long SSE = 2;
    private static final long AVX = 4;

    private KvmFpu() {}

    static void fpu(CpuState from, MemorySegment to) {
        to.fill((byte) 0);
        put(from, to, FPU);
    }

    static void fpu(MemorySegment from, CpuState to) {
        take(from, to, FPU);
    }

    static void xsave(CpuState from, MemorySegment to) {
        to.fill((byte) 0);
        put(from, to, XSAVE);
        long parts = X87 | SSE;
        if ((from.xcr0 & AVX) != 0) {
            parts |= AVX;
            for (int i = 0; i < 32; i++) {
                to.set(JAVA_LONG, YMM_HIGH + 8 * i, from.ymmHigh[i]);
            }
        }
        to.set(JAVA_LONG, XSTATE_BV, parts);
    }

    /** Takes what is not in its initial state; the rest has its initial values. */
    static void xsave(MemorySegment from, CpuState to) {
        long parts = from.get(JAVA_LONG, XSTATE_BV);
        CpuState initial = new CpuState();
        take(from, to, XSAVE);
        if ((parts & X87) == 0) {
            to.fpuControl = initial.fpuControl;
            to.fpuStatus = 0;
            to.fpuTags = 0;
            to.fpuOpcode = 0;
            to.fpuIp = 0;
            to.fpuDp = 0;
            System.arraycopy(initial.fpuMantissa, 0, to.fpuMantissa, 0, 8);
            System.arraycopy(initial.fpuExponent, 0, to.fpuExponent, 0, 8);
        }
        if ((parts & SSE) == 0) {
            System.arraycopy(initial.xmm, 0, to.xmm, 0, 32);
        }
        for (int i = 0; i < 32; i++) {
            to.ymmHigh[i] = (parts & AVX) == 0 ? 0 : from.get(JAVA_LONG, YMM_HIGH + 8 * i);
        }
    }

    static void xcr0(CpuState from, MemorySegment to) {
        to.fill((byte) 0);
        to.set(JAVA_INT, 0, 1);
        to.set(JAVA_LONG, 16, from.xcr0 | 1);
    }

    static void xcr0(MemorySegment from, CpuState to) {
        int count = Math.min(from.get(JAVA_INT, 0), 16);
        for (int i = 0; i < count; i++) {
            if (from.get(JAVA_INT, 8 + 16 * i) == 0) {
                to.xcr0 = from.get(JAVA_LONG, 16 + 16 * i);
            }
        }
    }

    private static void put(CpuState from, MemorySegment to, Form form) {
        int top = from.fpuStatus >>> 11 & 7;
        for (int i = 0; i < 8; i++) {
            int physical = top + i & 7;
            to.set(JAVA_LONG, form.stack + 16 * i, from.fpuMantissa[physical]);
            to.set(JAVA_SHORT, form.stack + 16 * i + 8, (short) from.fpuExponent[physical]);
        }
        to.set(JAVA_SHORT, form.control, (short) from.fpuControl);
        to.set(JAVA_SHORT, form.status, (short) from.fpuStatus);
        to.set(JAVA_BYTE, form.tags, (byte) from.fpuTags);
        to.set(JAVA_SHORT, form.opcode, (short) from.fpuOpcode);
        to.set(JAVA_LONG, form.ip, from.fpuIp);
        to.set(JAVA_LONG, form.dp, from.fpuDp);
        for (int i = 0; i < 32; i++) {
            to.set(JAVA_LONG, form.xmm + 8 * i, from.xmm[i]);
        }
        to.set(JAVA_INT, form.mxcsr, from.mxcsr);
    }

    private static void take(MemorySegment from, CpuState to, Form form) {
        to.fpuControl = from.get(JAVA_SHORT, form.control) & 0xffff;
        to.fpuStatus = from.get(JAVA_SHORT, form.status) & 0xffff;
        to.fpuTags = from.get(JAVA_BYTE, form.tags) & 0xff;
        to.fpuOpcode = from.get(JAVA_SHORT, form.opcode) & 0xffff;
        to.fpuIp = from.get(JAVA_LONG, form.ip);
        to.fpuDp = from.get(JAVA_LONG, form.dp);
        int top = to.fpuStatus >>> 11 & 7;
        for (int i = 0; i < 8; i++) {
            int physical = top + i & 7;
            to.fpuMantissa[physical] = from.get(JAVA_LONG, form.stack + 16 * i);
            to.fpuExponent[physical] = from.get(JAVA_SHORT, form.stack + 16 * i + 8) & 0xffff;
        }
        for (int i = 0; i < 32; i++) {
            to.xmm[i] = from.get(JAVA_LONG, form.xmm + 8 * i);
        }
        to.mxcsr = from.get(JAVA_INT, form.mxcsr);
    }
}
