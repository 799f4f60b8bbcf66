package dev.ferry.vmm.cpu.x86;

import dev.ferry.vmm.cpu.CpuRequest;
import dev.ferry.vmm.cpu.Vcpu;
import dev.ferry.vmm.cpu.VcpuHost;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A machine with one interrupt source and a serial line: what vCPUs tell it is written down. */
class TestHost implements VcpuHost {

    private final StringBuilder serial = new StringBuilder();
    final List<String> ports = Collections.synchronizedList(new ArrayList<>());
    final List<String> notes = Collections.synchronizedList(new ArrayList<>());
    final List<String> hypercalls = Collections.synchronizedList(new ArrayList<>());
    final Map<Integer, Long> msrs = new HashMap<>();
    final Queue<Integer> vectors = new ConcurrentLinkedQueue<>();
    final CpuModel model;
    final List<Vcpu> kicked = new ArrayList<>();

    /** Characters on the serial line after which {@link #kicked} are. */
    int kickAfter = -1;

    private int lineControl;
    volatile int priority;
    volatile int sipi;
    final AtomicInteger inits = new AtomicInteger();

    TestHost(CpuModel model) {
        this.model = model;
    }

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
        return size == 4 ? 0x12345678 : size == 2 ? 0x5678 : 0x78;
    }

    @Override
    public void portOut(int port, int size, int value) {
        if (port == 0x3fb) {
            lineControl = value;
        }
        if (port == 0x3f8 && size == 1 && (lineControl & 0x80) == 0) {
            synchronized (serial) {
                serial.append((char) value);
                if (serial.length() == kickAfter) {
                    kicked.forEach(Vcpu::kick);
                }
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
    public void initTaken(Vcpu vcpu) {
        inits.incrementAndGet();
    }

    @Override
    public void cpuid(Vcpu vcpu, int leaf, int subleaf, int[] out) {
        model.cpuid(leaf, subleaf, 1, vcpu.index(), true, out);
    }

    @Override
    public boolean readMsr(Vcpu vcpu, int index, long[] value) {
        Long found = msrs.get(index);
        if (found != null) {
            value[0] = found;
        }
        return found != null;
    }

    @Override
    public boolean writeMsr(Vcpu vcpu, int index, long value) {
        return msrs.replace(index, value) != null;
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
        hypercalls.add(
                "%x(%x, %x, %x, %x) cpl %d %s"
                        .formatted(number, a0, a1, a2, a3, cpl, longMode ? "long" : "legacy"));
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
    public void note(Vcpu vcpu, String message) {
        notes.add(message);
    }
}
