package dev.ferry.vmm.cpu.kvm;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.ferry.vmm.cpu.CpuState;
import java.lang.foreign.MemorySegment;

/**
 * struct kvm_regs, kvm_sregs, kvm_debugregs and kvm_vcpu_events, to and from {@link CpuState}.
 *
 * <p>Source: Linux arch/x86/include/uapi/asm/kvm.h.
 */
final class KvmRegisters {

    static final int REGS_BYTES = 144;
    static final int SREGS_BYTES = 312;
    static final int DEBUG_BYTES = 128;
    static final int EVENTS_BYTES = 64;

    /** By place in kvm_regs, the number of the register: rax rbx rcx rdx rsi rdi rsp rbp r8... */
    private static final int[] ORDER = {0, 3, 1, 2, 6, 7, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15};

    /** By place in kvm_sregs, the number of the segment: cs ds es fs gs ss. */
    private static final int[] SEGMENTS = {1, 3, 0, 4, 5, 2};

    private static final int TR = 144;
    private static final int LDT = 168;
    private static final int GDT = 192;
    private static final int IDT = 208;
    private static final int CR0 = 224;
    private static final int CR2 = 232;
    private static final int CR3 = 240;
    private static final int CR4 = 248;
    private static final int CR8 = 256;
    private static final int EFER = 264;
    private static final int APIC_BASE = 272;
    private static final int INTERRUPTS = 280;

    /** Of vcpu_events: NMI pending, SIPI vector, interrupt shadow. */
    private static final int EVENTS_VALID = 1 | 4;

    private static final int SHADOW_STI = 2;
    private static final int SHADOW_MOV_SS = 1;

    private KvmRegisters() {}

    static void regs(CpuState from, MemorySegment to) {
        for (int i = 0; i < ORDER.length; i++) {
            to.setAtIndex(JAVA_LONG, i, from.regs[ORDER[i]]);
        }
        to.setAtIndex(JAVA_LONG, 16, from.rip);
        to.setAtIndex(JAVA_LONG, 17, from.rflags | 2);
    }

    static void regs(MemorySegment from, CpuState to) {
        for (int i = 0; i < ORDER.length; i++) {
            to.regs[ORDER[i]] = from.getAtIndex(JAVA_LONG, i);
        }
        to.rip = from.getAtIndex(JAVA_LONG, 16);
        to.rflags = from.getAtIndex(JAVA_LONG, 17);
    }

    /** One of kvm_regs. */
    static long register(MemorySegment from, int number) {
        return from.getAtIndex(JAVA_LONG, place(number));
    }

    /** Sets one of kvm_regs. */
    static void register(MemorySegment to, int number, long value) {
        to.setAtIndex(JAVA_LONG, place(number), value);
    }

    private static int place(int number) {
        int place = 0;
        while (ORDER[place] != number) {
            place++;
        }
        return place;
    }

    static void sregs(CpuState from, long apicBase, int cr8, MemorySegment to) {
        to.fill((byte) 0);
        for (int i = 0; i < SEGMENTS.length; i++) {
            segment(from.segs[SEGMENTS[i]], to, 24 * i);
        }
        segment(from.tr, to, TR);
        segment(from.ldt, to, LDT);
        to.set(JAVA_LONG, GDT, from.gdtBase);
        to.set(JAVA_SHORT, GDT + 8, (short) from.gdtLimit);
        to.set(JAVA_LONG, IDT, from.idtBase);
        to.set(JAVA_SHORT, IDT + 8, (short) from.idtLimit);
        to.set(JAVA_LONG, CR0, from.cr0);
        to.set(JAVA_LONG, CR2, from.cr2);
        to.set(JAVA_LONG, CR3, from.cr3);
        to.set(JAVA_LONG, CR4, from.cr4);
        to.set(JAVA_LONG, CR8, cr8);
        to.set(JAVA_LONG, EFER, from.efer);
        to.set(JAVA_LONG, APIC_BASE, apicBase);
    }

    static void sregs(MemorySegment from, CpuState to) {
        for (int i = 0; i < SEGMENTS.length; i++) {
            segment(from, 24 * i, to.segs[SEGMENTS[i]]);
        }
        segment(from, TR, to.tr);
        segment(from, LDT, to.ldt);
        to.gdtBase = from.get(JAVA_LONG, GDT);
        to.gdtLimit = from.get(JAVA_SHORT, GDT + 8) & 0xffff;
        to.idtBase = from.get(JAVA_LONG, IDT);
        to.idtLimit = from.get(JAVA_SHORT, IDT + 8) & 0xffff;
        to.cr0 = from.get(JAVA_LONG, CR0);
        to.cr2 = from.get(JAVA_LONG, CR2);
        to.cr3 = from.get(JAVA_LONG, CR3);
        to.cr4 = from.get(JAVA_LONG, CR4);
        to.efer = from.get(JAVA_LONG, EFER);
        assert INTERRUPTS + 32 == SREGS_BYTES;
    }

    private static void segment(CpuState.Segment from, MemorySegment to, int at) {
        int flags = from.flags;
        to.set(JAVA_LONG, at, from.base);
        to.set(JAVA_INT, at + 8, from.limit);
        to.set(JAVA_SHORT, at + 12, (short) from.selector);
        to.set(JAVA_BYTE, at + 14, (byte) (flags >>> 8 & 15));
        bit(to, at + 15, flags, 15); // present
        to.set(JAVA_BYTE, at + 16, (byte) (flags >>> 13 & 3));
        bit(to, at + 17, flags, 22); // default size
        bit(to, at + 18, flags, 12); // code or data
        bit(to, at + 19, flags, 21); // long
        bit(to, at + 20, flags, 23); // granularity
        bit(to, at + 21, flags, 20); // available
        to.set(JAVA_BYTE, at + 22, (byte) ((flags >>> 15 & 1) ^ 1)); // unusable
    }

    private static void segment(MemorySegment from, int at, CpuState.Segment to) {
        int flags = 0;
        boolean usable = from.get(JAVA_BYTE, at + 22) == 0;
        if (usable) {
            flags =
                    (from.get(JAVA_BYTE, at + 14) & 15) << 8
                            | from.get(JAVA_BYTE, at + 15) << 15
                            | (from.get(JAVA_BYTE, at + 16) & 3) << 13
                            | from.get(JAVA_BYTE, at + 17) << 22
                            | from.get(JAVA_BYTE, at + 18) << 12
                            | from.get(JAVA_BYTE, at + 19) << 21
                            | from.get(JAVA_BYTE, at + 20) << 23
                            | from.get(JAVA_BYTE, at + 21) << 20;
        }
        to.set(
                from.get(JAVA_SHORT, at + 12) & 0xffff,
                from.get(JAVA_LONG, at),
                from.get(JAVA_INT, at + 8),
                flags);
    }

    private static void bit(MemorySegment to, int at, int flags, int bit) {
        to.set(JAVA_BYTE, at, (byte) (flags >>> bit & 1));
    }

    static void debug(CpuState from, MemorySegment to) {
        to.fill((byte) 0);
        for (int i = 0; i < 4; i++) {
            to.setAtIndex(JAVA_LONG, i, from.dr[i]);
        }
        to.setAtIndex(JAVA_LONG, 4, from.dr[6]);
        to.setAtIndex(JAVA_LONG, 5, from.dr[7]);
    }

    static void debug(MemorySegment from, CpuState to) {
        for (int i = 0; i < 4; i++) {
            to.dr[i] = from.getAtIndex(JAVA_LONG, i);
        }
        to.dr[6] = from.getAtIndex(JAVA_LONG, 4);
        to.dr[7] = from.getAtIndex(JAVA_LONG, 5);
    }

    static void events(CpuState from, MemorySegment to) {
        to.fill((byte) 0);
        if (from.exceptionInjected >= 0) {
            to.set(JAVA_BYTE, 0, (byte) 1);
            to.set(JAVA_BYTE, 1, (byte) from.exceptionInjected);
            to.set(JAVA_BYTE, 2, (byte) (from.exceptionHasErrorCode ? 1 : 0));
            to.set(JAVA_INT, 4, from.exceptionErrorCode);
        }
        if (from.interruptInjected >= 0) {
            to.set(JAVA_BYTE, 8, (byte) 1);
            to.set(JAVA_BYTE, 9, (byte) from.interruptInjected);
            to.set(JAVA_BYTE, 10, (byte) (from.interruptSoft ? 1 : 0));
        }
        to.set(JAVA_BYTE, 11, (byte) (from.interruptShadow ? SHADOW_STI : 0));
        to.set(JAVA_BYTE, 12, (byte) (from.nmiInjected ? 1 : 0));
        to.set(JAVA_BYTE, 13, (byte) (from.nmiPending ? 1 : 0));
        to.set(JAVA_BYTE, 14, (byte) (from.nmiInService ? 1 : 0));
        to.set(JAVA_INT, 20, EVENTS_VALID);
    }

    static void events(MemorySegment from, CpuState to) {
        boolean exception = from.get(JAVA_BYTE, 0) != 0;
        to.exceptionInjected = exception ? from.get(JAVA_BYTE, 1) & 0xff : -1;
        to.exceptionHasErrorCode = exception && from.get(JAVA_BYTE, 2) != 0;
        to.exceptionErrorCode = exception ? from.get(JAVA_INT, 4) : 0;
        boolean interrupt = from.get(JAVA_BYTE, 8) != 0;
        to.interruptInjected = interrupt ? from.get(JAVA_BYTE, 9) & 0xff : -1;
        to.interruptSoft = interrupt && from.get(JAVA_BYTE, 10) != 0;
        to.interruptShadow = (from.get(JAVA_BYTE, 11) & (SHADOW_STI | SHADOW_MOV_SS)) != 0;
        to.nmiInjected = from.get(JAVA_BYTE, 12) != 0;
        to.nmiPending = from.get(JAVA_BYTE, 13) != 0;
        to.nmiInService = from.get(JAVA_BYTE, 14) != 0;
    }
}
