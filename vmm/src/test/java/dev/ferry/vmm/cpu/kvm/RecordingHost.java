package dev.ferry.vmm.cpu.kvm;

import dev.ferry.vmm.cpu.CpuRequest;
import dev.ferry.vmm.cpu.Vcpu;
import dev.ferry.vmm.cpu.VcpuHost;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A machine with one interrupt source and no devices: what vCPUs tell it is written down. */
class RecordingHost implements VcpuHost {

    private final StringBuilder serial = new StringBuilder();
    final List<String> ports = Collections.synchronizedList(new ArrayList<>());
    final Map<Integer, Long> msrs = new HashMap<>();
    final ConcurrentLinkedQueue<Integer> vectors = new ConcurrentLinkedQueue<>();
    volatile int priority;
    volatile int sipi;

    /** What was written to the first serial line. */
    String serial() {
        synchronized (serial) {
            return serial.toString();
        }
    }

    @Override
    public int portIn(int port, int size) {
        if (port >= 0x3f8 && port <= 0x3ff) {
            return port == 0x3fd ? 0x60 : 0; // the transmitter is empty
        }
        ports.add("in %x.%d".formatted(port, size));
        return 0x12345678;
    }

    @Override
    public void portOut(int port, int size, int value) {
        if (port == 0x3f8 && size == 1) {
            synchronized (serial) {
                serial.append((char) value);
            }
        } else if (port < 0x3f8 || port > 0x3ff) {
            ports.add("out %x.%d %x".formatted(port, size, value));
        }
    }

    @Override
    public int acknowledgeInterrupt(Vcpu vcpu) {
        Integer vector = vectors.poll();
        if (vectors.isEmpty()) {
            vcpu.lower(CpuRequest.HARD);
        }
        return vector == null ? -1 : vector;
    }

    @Override
    public int startupVector(Vcpu vcpu) {
        return sipi;
    }

    @Override
    public void initTaken(Vcpu vcpu) {}

    @Override
    public void cpuid(Vcpu vcpu, int leaf, int subleaf, int[] out) {
        int[] found =
                switch (leaf) {
                    case 0 -> new int[] {1, 0x756e6547, 0x6c65746e, 0x49656e69};
                    case 1 -> new int[] {0x60fb1, vcpu.index() << 24 | 0x800, -1, -1};
                    case 0x40000000 -> new int[] {0x40000001, 0x4b4d564b, 0x564b4d56, 0x4d};
                    case 0x40000001 -> new int[] {0x10009, 0, 0, 0};
                    case 0x80000000 -> new int[] {0x80000008, 0, 0, 0};
                    case 0x80000001 -> new int[] {0x60fb1, 0, -1, -1};
                    case 0x80000002 -> new int[] {0x72726546, 0x79, 0, 0};
                    case 0x80000008 -> new int[] {0x3028, 0, 0, 0};
                    default -> new int[4];
                };
        // Not without what the kernel has no part in: x2APIC and the TSC deadline timer.
        if (leaf == 1) {
            found[2] &= ~(1 << 21 | 1 << 24);
        }
        System.arraycopy(found, 0, out, 0, 4);
    }

    @Override
    public boolean readMsr(Vcpu vcpu, int index, long[] value) {
        Long found = index == 0x1b ? Long.valueOf(0xfee00900L) : msrs.get(index);
        if (found != null) {
            value[0] = found;
        }
        return found != null;
    }

    @Override
    public boolean writeMsr(Vcpu vcpu, int index, long value) {
        msrs.put(index, value);
        return index == 0x1b || index == Kvm.MSR_KVM_MIGRATION_CONTROL;
    }

    @Override
    public int taskPriority(Vcpu vcpu) {
        return priority;
    }

    @Override
    public void taskPriority(Vcpu vcpu, int now) {
        priority = now;
    }

    @Override
    public long hypercall(
            Vcpu vcpu, long number, long a0, long a1, long a2, long a3, int cpl, boolean longMode) {
        return -1000;
    }

    @Override
    public long timestamp() {
        return System.nanoTime();
    }

    @Override
    public long tscHertz() {
        return 1_000_000_000;
    }

    @Override
    public void note(Vcpu vcpu, String message) {}
}
