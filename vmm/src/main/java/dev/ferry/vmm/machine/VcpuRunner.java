package dev.ferry.vmm.machine;

import dev.ferry.vmm.cpu.CpuRequest;
import dev.ferry.vmm.cpu.Vcpu;
import dev.ferry.vmm.cpu.VcpuExit;
import dev.ferry.vmm.device.InterruptWires;
import java.util.concurrent.locks.Condition;

/**
 * A vCPU's thread: in guest code while the machine runs, parked while it stands, waiting while the
 * guest has halted the vCPU.
 */
final class VcpuRunner implements Runnable, InterruptWires {

    private final Machine machine;
    private final MachineLock lock;
    private final Condition wake;
    private final Thread thread;
    final Vcpu vcpu;

    /** Guarded by the lock: not in guest code, and not on the way there. */
    private boolean parked = true;

    VcpuRunner(Machine machine, MachineLock lock, Vcpu vcpu) {
        this.machine = machine;
        this.lock = lock;
        this.vcpu = vcpu;
        this.wake = lock.newCondition();
        this.thread = Thread.ofPlatform().name("vcpu " + vcpu.index()).daemon(true).unstarted(this);
    }

    boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    void start() {
        thread.start();
    }

    boolean parked() {
        return parked;
    }

    /** Makes it look at what the machine wants. With the lock held. */
    void nudge() {
        vcpu.kick();
        wake.signalAll();
    }

    void join() throws InterruptedException {
        if (Thread.currentThread() != thread) {
            thread.join();
        }
    }

    @Override
    public void raise(int requests) {
        vcpu.raise(requests);
        wake.signalAll();
    }

    @Override
    public void lower(int requests) {
        vcpu.lower(requests);
    }

    @Override
    public void run() {
        while (mayRun()) {
            VcpuExit exit;
            try {
                exit = vcpu.run();
            } catch (RuntimeException | Error e) {
                machine.failed(vcpu, e);
                continue;
            }
            switch (exit) {
                case HALTED -> halted();
                case KICKED -> {
                    // Whoever kicked wants something that mayRun looks at.
                }
                case SHUTDOWN -> machine.tripleFault(vcpu);
                case FAILED -> machine.failed(vcpu, null);
            }
        }
    }

    /** Waits until the machine runs; false when it is closed. */
    private boolean mayRun() {
        lock.lock();
        try {
            while (!machine.running() && !machine.closed()) {
                if (!parked) {
                    parked = true;
                    machine.parkedOne();
                }
                wake.awaitUninterruptibly();
            }
            if (machine.closed()) {
                parked = true;
                machine.parkedOne();
                return false;
            }
            parked = false;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for a reason to go on. */
    private void halted() {
        lock.lock();
        try {
            while (!vcpu.hasWork() && machine.running() && !machine.closed()) {
                wake.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /** A non-maskable interrupt from outside. */
    void nmi() {
        raise(CpuRequest.NMI);
    }
}
