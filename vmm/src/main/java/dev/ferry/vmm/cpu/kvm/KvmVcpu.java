package dev.ferry.vmm.cpu.kvm;

import dev.ferry.vmm.cpu.CpuRequest;
import dev.ferry.vmm.cpu.CpuState;
import dev.ferry.vmm.cpu.Vcpu;
import dev.ferry.vmm.cpu.VcpuExit;
import dev.ferry.vmm.cpu.VcpuHost;
import dev.ferry.vmm.memory.VcpuMemory;
import dev.ferry.vmm.posix.Errno;
import dev.ferry.vmm.posix.Posix;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A vCPU that the kernel runs.
 *
 * <p>Whoever wants it out of the guest says why first, then sets immediate_exit, and then sends a
 * signal if the vCPU has said that it is inside. The vCPU clears immediate_exit, looks for reasons,
 * says that it is inside, and enters: so either it sees the reason, or the kernel sees
 * immediate_exit, or the signal arrives.
 *
 * <p>The A20 gate is not closed: processors that can run guests have none.
 */
final class KvmVcpu implements Vcpu {

    private final KvmVm vm;
    private final GuestGate gate;
    private final int index;
    private final VcpuHost host;
    private final Arena arena = Arena.ofShared();
    private final KvmCalls calls;
    private final int descriptor;
    private final MemorySegment runMapping;
    private final KvmRun run;
    private final KvmExits exits;
    private final KvmState state;
    private final MemorySegment interrupt;
    private final AtomicInteger requests = new AtomicInteger();

    private volatile boolean kicked;
    private volatile boolean inside;
    private volatile int thread;
    private volatile @Nullable Thread runner;
    private volatile boolean interruptsEnabled;
    private volatile boolean waitsForSipi;
    private boolean prepared;
    private volatile boolean halted;
    private boolean a20 = true;

    /** The kernel has an access to finish when it is entered next. */
    private boolean unfinished;

    private long apicBase;
    private String failure = "";

    KvmVcpu(KvmVm vm, KvmMemory memory, int index, VcpuMemory view, VcpuHost host) {
        this.vm = vm;
        this.index = index;
        this.host = host;
        gate = memory.gate();
        calls = new KvmCalls(arena);
        interrupt = arena.allocate(4, 4);
        int made = -1;
        try {
            made = calls.call(vm.vm, Kvm.Request.KVM_CREATE_VCPU, index);
            runMapping =
                    Posix.mmap(
                            vm.runBytes,
                            Posix.PROT_READ | Posix.PROT_WRITE,
                            Posix.MAP_SHARED,
                            made,
                            0);
        } catch (KvmException | IOException e) {
            if (made >= 0) {
                Posix.close(made);
            }
            arena.close();
            throw e instanceof KvmException refused
                    ? refused
                    : new KvmException("KVM_CREATE_VCPU: " + e.getMessage());
        }
        descriptor = made;
        run = new KvmRun(runMapping);
        exits = new KvmExits(this, run, view, host);
        state = new KvmState(vm, calls, arena, descriptor);
        gate.add(this);
    }

    @Override
    public int index() {
        return index;
    }

    @Override
    public VcpuExit run() {
        prepare();
        runner = Thread.currentThread();
        thread = KickSignal.thread();
        try {
            while (true) {
                VcpuExit exit = step();
                if (exit != null) {
                    return exit;
                }
            }
        } finally {
            runner = null;
        }
    }

    @Override
    public long register(int number) {
        return state.register(number);
    }

    @Override
    public void register(int number, long value) {
        state.register(number, value);
    }

    @Override
    public int privilegeLevel() {
        return state.system().segs[2].flags >>> 13 & 3;
    }

    @Override
    public boolean in64BitMode() {
        CpuState now = state.system();
        return (now.efer & 0x400) != 0 && (now.segs[1].flags >>> 21 & 1) != 0;
    }

    /** Enters the guest once, and deals with why it came back. */
    private @Nullable VcpuExit step() {
        run.immediateExit(false);
        boolean leave = kicked;
        int asked = requests.get();
        if (unfinished && (leave || (asked & (CpuRequest.INIT | CpuRequest.SIPI)) != 0)) {
            // Registers are those before the instruction until it is finished.
            run.immediateExit(true);
        } else {
            if (leave) {
                kicked = false;
                return VcpuExit.KICKED;
            }
            takeResets(asked);
            if (waitsForSipi || (halted && !wakes())) {
                return VcpuExit.HALTED;
            }
            halted = false;
            inject();
        }
        int priority = host.taskPriority(this) & 15;
        run.cr8(priority);
        int result = enter();
        if (result == 0 || result == -Posix.EINTR) {
            observe(priority);
        }
        if (result == 0) {
            return exit();
        }
        unfinished = false;
        if (result == -Posix.EINTR || result == -Posix.EAGAIN) {
            return null;
        }
        failure = "KVM_RUN: " + Errno.text(-result) + where();
        return VcpuExit.FAILED;
    }

    private int enter() {
        inside = true;
        if (gate.shut()) {
            inside = false;
            gate.await();
            return -Posix.EAGAIN;
        }
        int result = calls.attempt(descriptor, Kvm.Request.KVM_RUN.number, 0);
        inside = false;
        return result;
    }

    /** Takes over what the guest has done to its APIC without an exit. */
    private void observe(int priority) {
        interruptsEnabled = run.interruptsEnabled();
        if (run.cr8() != priority) {
            host.taskPriority(this, run.cr8());
        }
        if (run.apicBase() != apicBase) {
            apicBase = run.apicBase();
            host.writeMsr(this, Kvm.MSR_APIC_BASE, apicBase);
        }
    }

    private @Nullable VcpuExit exit() {
        unfinished = false;
        switch (run.exitReason()) {
            case Kvm.EXIT_IO -> {
                unfinished = true;
                exits.io();
            }
            case Kvm.EXIT_MMIO -> {
                unfinished = true;
                exits.mmio();
            }
            case Kvm.EXIT_X86_RDMSR -> {
                unfinished = true;
                exits.readMsr();
            }
            case Kvm.EXIT_X86_WRMSR -> {
                unfinished = true;
                exits.writeMsr();
            }
            case Kvm.EXIT_HYPERCALL -> {
                unfinished = true;
                exits.hypercall();
            }
            case Kvm.EXIT_HLT -> halted = true;
            case Kvm.EXIT_IRQ_WINDOW_OPEN, Kvm.EXIT_INTR, Kvm.EXIT_SET_TPR -> {}
            case Kvm.EXIT_SHUTDOWN -> {
                failure = "triple fault" + where();
                return VcpuExit.SHUTDOWN;
            }
            case Kvm.EXIT_FAIL_ENTRY -> {
                failure =
                        "the processor does not take the guest's state (reason 0x"
                                + Long.toHexString(run.failEntryReason())
                                + ")"
                                + where();
                return VcpuExit.FAILED;
            }
            case Kvm.EXIT_INTERNAL_ERROR -> {
                failure =
                        (run.internalError() == 1
                                        ? "KVM cannot emulate an instruction" + run.instruction()
                                        : "KVM internal error " + run.internalError())
                                + where();
                return VcpuExit.FAILED;
            }
            default -> {
                failure = "KVM exit " + run.exitReason() + " is not expected" + where();
                return VcpuExit.FAILED;
            }
        }
        return null;
    }

    private String where() {
        return state.where();
    }

    private boolean wakes() {
        int asked = requests.get();
        return (asked & (CpuRequest.NMI | CpuRequest.INIT)) != 0
                || ((asked & CpuRequest.HARD) != 0 && interruptsEnabled);
    }

    private void takeResets(int asked) {
        if ((asked & CpuRequest.INIT) != 0) {
            lower(CpuRequest.INIT | (waitsForSipi ? 0 : CpuRequest.SIPI));
            CpuState now = new CpuState();
            save(now);
            long pat = now.pat;
            int left = now.interruptRequest;
            now.reset();
            now.pat = pat;
            now.interruptRequest = left;
            now.waitForSipi = index != 0;
            load(now);
            host.initTaken(this);
        }
        if (waitsForSipi && (requests.get() & CpuRequest.SIPI) != 0) {
            lower(CpuRequest.SIPI);
            int vector = host.startupVector(this);
            CpuState now = new CpuState();
            save(now);
            now.waitForSipi = false;
            now.halted = false;
            now.segs[1].set(vector << 8, (long) vector << 12, 0xffff, now.segs[1].flags);
            now.rip = 0;
            load(now);
        }
    }

    private void inject() {
        int asked = requests.get();
        if ((asked & CpuRequest.NMI) != 0) {
            lower(CpuRequest.NMI);
            calls.call(descriptor, Kvm.Request.KVM_NMI, 0);
        }
        boolean window = false;
        if ((asked & CpuRequest.HARD) != 0) {
            window = true;
            if (run.readyForInterrupt()) {
                int vector = host.acknowledgeInterrupt(this);
                if (vector >= 0) {
                    interrupt.set(ValueLayout.JAVA_INT, 0, vector);
                    calls.call(descriptor, Kvm.Request.KVM_INTERRUPT, interrupt);
                    window = (requests.get() & CpuRequest.HARD) != 0;
                } else {
                    // Nothing that may interrupt now: an open window would be no news.
                    window = false;
                }
            }
        }
        run.requestInterruptWindow(window);
    }

    @Override
    public void kick() {
        kicked = true;
        poke();
    }

    /** Gets it out of the guest, to look around. */
    void poke() {
        if (Thread.currentThread() == runner) {
            return; // it looks before it enters
        }
        run.immediateExit(true);
        if (inside) {
            KickSignal.send(thread);
        }
    }

    /** Ends when it is not in the guest; {@link #poke} it before. */
    void awaitOutside() {
        while (inside && Thread.currentThread() != runner) {
            Thread.onSpinWait();
        }
    }

    @Override
    public void raise(int wanted) {
        int before = requests.getAndUpdate(now -> now | wanted);
        if ((before | wanted) != before) {
            poke();
        }
    }

    @Override
    public void lower(int unwanted) {
        requests.getAndUpdate(now -> now & ~unwanted);
    }

    @Override
    public boolean hasWork() {
        int asked = requests.get();
        if (waitsForSipi) {
            return (asked & (CpuRequest.INIT | CpuRequest.SIPI)) != 0;
        }
        return !halted || wakes();
    }

    @Override
    public void a20(boolean open) {
        a20 = open;
    }

    @Override
    public void save(CpuState into) {
        prepare();
        state.save(into);
        into.interruptRequest = requests.get();
        into.halted = halted;
        into.waitForSipi = waitsForSipi;
        into.a20 = a20;
    }

    @Override
    public void load(CpuState from) {
        prepare();
        takeOver(from);
    }

    private void takeOver(CpuState from) {
        long[] base = {0xfee00900L};
        boolean _ = host.readMsr(this, Kvm.MSR_APIC_BASE, base);
        apicBase = base[0];
        state.load(from, apicBase, host.taskPriority(this) & 15);
        requests.set(from.interruptRequest);
        halted = from.halted;
        waitsForSipi = from.waitForSipi;
        interruptsEnabled = (from.rflags & 0x200) != 0;
        a20 = from.a20;
        unfinished = false;
    }

    @Override
    public void reset() {
        CpuState initial = new CpuState();
        initial.waitForSipi = index != 0;
        load(initial);
    }

    /** Once everybody is there who is asked: what the guest's processor can do, and its state. */
    private void prepare() {
        if (!prepared) {
            KvmCpuid.set(vm, calls, descriptor, this, host);
            prepared = true;
            CpuState initial = new CpuState();
            initial.waitForSipi = index != 0;
            initial.interruptRequest = requests.get();
            takeOver(initial);
        }
    }

    @Override
    public String failure() {
        return failure;
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            gate.remove(this);
            Posix.munmap(runMapping);
            Posix.close(descriptor);
            arena.close();
        }
    }
}
