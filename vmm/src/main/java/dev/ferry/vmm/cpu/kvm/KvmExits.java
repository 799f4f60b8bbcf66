package dev.ferry.vmm.cpu.kvm;

import dev.ferry.vmm.cpu.VcpuHost;
import dev.ferry.vmm.memory.VcpuMemory;

/** What the kernel leaves to us: ports, devices, MSRs, the hypercall. */
final class KvmExits {

    private final KvmVcpu vcpu;
    private final KvmRun run;
    private final VcpuMemory memory;
    private final VcpuHost host;
    private final long[] msr = new long[1];

    KvmExits(KvmVcpu vcpu, KvmRun run, VcpuMemory memory, VcpuHost host) {
        this.vcpu = vcpu;
        this.run = run;
        this.memory = memory;
        this.host = host;
    }

    void io() {
        int size = run.ioSize();
        int port = run.ioPort();
        int count = run.ioCount();
        long at = run.ioData();
        boolean out = run.ioOut();
        for (int i = 0; i < count; i++, at += size) {
            if (out) {
                host.portOut(port, size, run.unit(at, size));
            } else {
                run.unit(at, size, host.portIn(port, size));
            }
        }
    }

    void mmio() {
        long address = run.mmioAddress();
        int length = run.mmioLength();
        if (run.mmioWrite()) {
            store(address, length, run.mmioData());
        } else {
            run.mmioData(load(address, length));
        }
    }

    private void store(long address, int length, long data) {
        if (Integer.bitCount(length) == 1) {
            memory.store(address, length, data, false);
            return;
        }
        for (int i = 0; i < length; i++) {
            memory.store(address + i, 1, data >>> (8 * i), false);
        }
    }

    private long load(long address, int length) {
        if (Integer.bitCount(length) == 1) {
            return memory.load(address, length, false);
        }
        long data = 0;
        for (int i = length - 1; i >= 0; i--) {
            data = (data << 8) | memory.load(address + i, 1, false);
        }
        return data;
    }

    void readMsr() {
        boolean there = host.readMsr(vcpu, run.msrIndex(), msr);
        run.msrRefused(!there);
        if (there) {
            run.msrData(msr[0]);
        }
    }

    void writeMsr() {
        run.msrRefused(!host.writeMsr(vcpu, run.msrIndex(), run.msrData()));
    }

    /** The kernel has seen to it that the guest's kernel made it. */
    void hypercall() {
        run.hypercallResult(
                host.hypercall(
                        vcpu,
                        run.hypercall(),
                        run.hypercallArgument(0),
                        run.hypercallArgument(1),
                        run.hypercallArgument(2),
                        run.hypercallArgument(3),
                        0,
                        run.hypercallLong()));
    }
}
