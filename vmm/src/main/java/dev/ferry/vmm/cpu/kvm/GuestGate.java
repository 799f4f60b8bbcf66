package dev.ferry.vmm.cpu.kvm;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps vCPUs out of the guest for a moment, while the kernel's map of memory is changed. */
final class GuestGate {

    private final List<KvmVcpu> vcpus = new CopyOnWriteArrayList<>();

    /** How many want it closed. Guarded by this. */
    private int closers;

    /** Read by vCPUs on their way in. */
    private volatile boolean shut;

    void add(KvmVcpu vcpu) {
        vcpus.add(vcpu);
    }

    void remove(KvmVcpu vcpu) {
        vcpus.remove(vcpu);
    }

    /** Whether to {@link #await}. Asked by a vCPU that has said that it is inside. */
    boolean shut() {
        return shut;
    }

    /** Waits until it is open. */
    synchronized void await() {
        boolean interrupted = false;
        while (closers > 0) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Has every vCPU leave the guest. Ends when they have. */
    void close() {
        synchronized (this) {
            closers++;
            shut = true;
        }
        for (KvmVcpu vcpu : vcpus) {
            vcpu.poke();
        }
        for (KvmVcpu vcpu : vcpus) {
            vcpu.awaitOutside();
        }
    }

    /** Lets them in again. */
    synchronized void open() {
        closers--;
        if (closers == 0) {
            shut = false;
            notifyAll();
        }
    }
}
