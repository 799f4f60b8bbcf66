package dev.ferry.vmm.cpu.kvm;

import dev.ferry.vmm.cpu.CpuState;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The registers of a vCPU that the kernel keeps. */
final class KvmState {

    /** KVM_MP_STATE_RUNNABLE: halting and waiting for SIPI are our business. */
    private static final int RUNNABLE = 0;

    private final KvmVm vm;
    private final KvmCalls calls;
    private final int descriptor;
    private final KvmMsrs msrs;
    private final MemorySegment regs;
    private final MemorySegment sregs;
    private final MemorySegment debug;
    private final MemorySegment events;
    private final MemorySegment fpu;
    private final MemorySegment xcrs;
    private final MemorySegment mpState;

    KvmState(KvmVm vm, KvmCalls calls, Arena arena, int descriptor) {
        this.vm = vm;
        this.calls = calls;
        this.descriptor = descriptor;
        msrs = new KvmMsrs(vm, calls, arena);
        regs = arena.allocate(KvmRegisters.REGS_BYTES, 8);
        sregs = arena.allocate(KvmRegisters.SREGS_BYTES, 8);
        debug = arena.allocate(KvmRegisters.DEBUG_BYTES, 8);
        events = arena.allocate(KvmRegisters.EVENTS_BYTES, 8);
        fpu = arena.allocate(KvmFpu.XSAVE_BYTES, 64);
        xcrs = arena.allocate(KvmFpu.XCRS_BYTES, 8);
        mpState = arena.allocate(4, 4);
    }

    void load(CpuState from, long apicBase, int cr8) {
        KvmRegisters.sregs(from, apicBase, cr8, sregs);
        calls.call(descriptor, Kvm.Request.KVM_SET_SREGS, sregs);
        KvmRegisters.regs(from, regs);
        calls.call(descriptor, Kvm.Request.KVM_SET_REGS, regs);
        if (vm.xcrs) {
            KvmFpu.xcr0(from, xcrs);
            calls.call(descriptor, Kvm.Request.KVM_SET_XCRS, xcrs);
        }
        if (vm.xsave) {
            KvmFpu.xsave(from, fpu);
            calls.call(descriptor, Kvm.Request.KVM_SET_XSAVE, fpu);
        } else {
            KvmFpu.fpu(from, fpu);
            calls.call(descriptor, Kvm.Request.KVM_SET_FPU, fpu);
        }
        msrs.load(descriptor, from);
        mpState.set(ValueLayout.JAVA_INT, 0, RUNNABLE);
        calls.call(descriptor, Kvm.Request.KVM_SET_MP_STATE, mpState);
        KvmRegisters.events(from, events);
        calls.call(descriptor, Kvm.Request.KVM_SET_VCPU_EVENTS, events);
        KvmRegisters.debug(from, debug);
        calls.call(descriptor, Kvm.Request.KVM_SET_DEBUGREGS, debug);
    }

    void save(CpuState to) {
        calls.call(descriptor, Kvm.Request.KVM_GET_SREGS, sregs);
        KvmRegisters.sregs(sregs, to);
        calls.call(descriptor, Kvm.Request.KVM_GET_REGS, regs);
        KvmRegisters.regs(regs, to);
        if (vm.xcrs) {
            calls.call(descriptor, Kvm.Request.KVM_GET_XCRS, xcrs);
            KvmFpu.xcr0(xcrs, to);
        }
        if (vm.xsave) {
            calls.call(descriptor, Kvm.Request.KVM_GET_XSAVE, fpu);
            KvmFpu.xsave(fpu, to);
        } else {
            calls.call(descriptor, Kvm.Request.KVM_GET_FPU, fpu);
            KvmFpu.fpu(fpu, to);
        }
        msrs.save(descriptor, to);
        calls.call(descriptor, Kvm.Request.KVM_GET_VCPU_EVENTS, events);
        KvmRegisters.events(events, to);
        calls.call(descriptor, Kvm.Request.KVM_GET_DEBUGREGS, debug);
        KvmRegisters.debug(debug, to);
    }

    /** A general register in the midst of an exit. */
    long register(int number) {
        calls.call(descriptor, Kvm.Request.KVM_GET_REGS, regs);
        return KvmRegisters.register(regs, number);
    }

    /** Sets a general register in the midst of an exit; the kernel goes on with what it has to. */
    void register(int number, long value) {
        calls.call(descriptor, Kvm.Request.KVM_GET_REGS, regs);
        KvmRegisters.register(regs, number, value);
        calls.call(descriptor, Kvm.Request.KVM_SET_REGS, regs);
    }

    /** The segments and control registers, and nothing else, in the midst of an exit. */
    CpuState system() {
        CpuState now = new CpuState();
        calls.call(descriptor, Kvm.Request.KVM_GET_SREGS, sregs);
        KvmRegisters.sregs(sregs, now);
        return now;
    }

    /** Where the guest is, for a message: {@code at RIP 0x1000 (linear 0x1000)}. */
    String where() {
        if (calls.attempt(descriptor, Kvm.Request.KVM_GET_REGS, regs.address()) < 0
                || calls.attempt(descriptor, Kvm.Request.KVM_GET_SREGS, sregs.address()) < 0) {
            return "";
        }
        CpuState now = new CpuState();
        KvmRegisters.regs(regs, now);
        KvmRegisters.sregs(sregs, now);
        boolean longMode = (now.efer & 0x400) != 0 && (now.segs[1].flags >>> 21 & 1) != 0;
        long linear = longMode ? now.rip : now.rip + now.segs[1].base & 0xffffffffL;
        return " at RIP 0x%x (linear 0x%x)".formatted(now.rip, linear);
    }
}
