package dev.ferry.vmm.machine;

import dev.ferry.vmm.cpu.Vcpu;
import dev.ferry.vmm.cpu.VcpuHost;
import dev.ferry.vmm.device.DeviceClock;
import dev.ferry.vmm.device.KvmClock;
import dev.ferry.vmm.device.LocalApic;
import dev.ferry.vmm.hypercall.GuestProtocol;
import dev.ferry.vmm.memory.PortSpace;
import dev.ferry.vmm.memory.VcpuMemory;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The machine as its vCPUs meet it: ports, interrupts, identification, registers, time. */
final class GuestHost implements VcpuHost {

    private static final int APIC_BASE = 0x1b;
    private static final int WALL_CLOCK_OLD = 0x11;
    private static final int SYSTEM_TIME_OLD = 0x12;
    private static final int WALL_CLOCK = 0x4b564d00;
    private static final int SYSTEM_TIME = 0x4b564d01;
    private static final long NS = 1_000_000_000L;
    private static final long ENOSYS = 1000;

    private final MachineLock lock;
    private final PortSpace ports;
    private final MachineConfig config;
    private final DeviceClock clock;
    private final @Nullable GuestProtocol protocol;
    private final MachineListener listener;
    private final List<VcpuMemory> views = new ArrayList<>();
    private final int[] injected;
    private final long[] wallClock;
    private final long[] systemTime;

    private @Nullable Interrupts interrupts;
    private @Nullable KvmClock kvmClock;
    private volatile long ticksAtZero;
    private volatile long hertz;

    GuestHost(MachineLock lock, PortSpace ports, DeviceClock clock, MachineConfig config) {
        this.lock = lock;
        this.ports = ports;
        this.clock = clock;
        this.config = config;
        this.protocol = config.guest;
        this.listener = config.listener;
        this.hertz = config.tscHertz;
        this.injected = new int[config.vcpus];
        this.wallClock = new long[config.vcpus];
        this.systemTime = new long[config.vcpus];
        java.util.Arrays.fill(injected, -1);
    }

    /** The board was built. */
    void board(Interrupts wires, @Nullable KvmClock paravirtual) {
        interrupts = wires;
        kvmClock = paravirtual;
    }

    void view(VcpuMemory view) {
        views.add(view);
    }

    /** Puts the vCPU's local APIC where its base register says. */
    void mapApic(int index) {
        Interrupts wires = interrupts;
        LocalApic apic = wires == null ? null : wires.local(index);
        if (apic != null) {
            views.get(index).localApic(apic.page(), apic.enabled() ? apic : null);
        }
    }

    /** Sets the time stamp counter at the clock's present time. */
    void ticks(long now, long perSecond) {
        hertz = perSecond;
        ticksAtZero = 0;
        ticksAtZero = now - timestamp();
    }

    /** A vector that was acknowledged elsewhere and must be delivered first; -1 for none. */
    int injected(int index) {
        return injected[index];
    }

    void injected(int index, int vector) {
        injected[index] = vector;
    }

    @Override
    public int portIn(int port, int size) {
        lock.lock();
        try {
            return ports.in(port, size);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void portOut(int port, int size, int value) {
        lock.lock();
        try {
            ports.out(port, size, value);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int acknowledgeInterrupt(Vcpu vcpu) {
        lock.lock();
        try {
            int index = vcpu.index();
            int first = injected[index];
            if (first >= 0) {
                injected[index] = -1;
                LocalApic apic = interrupts == null ? null : interrupts.local(index);
                if (apic != null) {
                    apic.refresh();
                }
                return first;
            }
            return interrupts == null ? -1 : interrupts.acknowledge(vcpu);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int startupVector(Vcpu vcpu) {
        lock.lock();
        try {
            LocalApic apic = interrupts == null ? null : interrupts.local(vcpu.index());
            return apic == null ? 0 : apic.startupVector();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void initTaken(Vcpu vcpu) {
        lock.lock();
        try {
            LocalApic apic = interrupts == null ? null : interrupts.local(vcpu.index());
            if (apic != null) {
                apic.init();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void cpuid(Vcpu vcpu, int leaf, int subleaf, int[] out) {
        if (config.cpuid != null) {
            config.cpuid.cpuid(vcpu.index(), leaf, subleaf, out);
        } else {
            LocalApic apic = interrupts == null ? null : interrupts.local(vcpu.index());
            boolean enabled = apic != null && apic.enabled();
            config.cpu.cpuid(leaf, subleaf, config.vcpus, vcpu.index(), enabled, out);
        }
        if (protocol != null) {
            protocol.cpuid(leaf, out);
        }
    }

    @Override
    public boolean readMsr(Vcpu vcpu, int index, long[] value) {
        if (protocol != null && protocol.hasMsr(index)) {
            return protocol.readMsr(index, value);
        }
        lock.lock();
        try {
            int cpu = vcpu.index();
            return switch (index) {
                case APIC_BASE -> {
                    LocalApic apic = interrupts == null ? null : interrupts.local(cpu);
                    value[0] = apic == null ? 0 : apic.base();
                    yield apic != null;
                }
                case WALL_CLOCK, WALL_CLOCK_OLD -> {
                    value[0] = wallClock[cpu];
                    yield kvmClock != null;
                }
                case SYSTEM_TIME, SYSTEM_TIME_OLD -> {
                    value[0] = systemTime[cpu];
                    yield kvmClock != null;
                }
                default -> false;
            };
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean writeMsr(Vcpu vcpu, int index, long value) {
        if (protocol != null && protocol.hasMsr(index)) {
            return protocol.writeMsr(index, value);
        }
        lock.lock();
        try {
            return switch (index) {
                case APIC_BASE -> apicBase(vcpu.index(), value);
                case WALL_CLOCK, WALL_CLOCK_OLD -> writeWallClock(vcpu.index(), value);
                case SYSTEM_TIME, SYSTEM_TIME_OLD -> writeSystemTime(vcpu.index(), value);
                default -> false;
            };
        } finally {
            lock.unlock();
        }
    }

    private boolean apicBase(int cpu, long value) {
        LocalApic apic = interrupts == null ? null : interrupts.local(cpu);
        if (apic == null || (value & 0xff) != 0) {
            return false;
        }
        apic.base(value);
        mapApic(cpu);
        return true;
    }

    private boolean writeWallClock(int cpu, long value) {
        KvmClock paravirtual = kvmClock;
        if (paravirtual == null) {
            return false;
        }
        wallClock[cpu] = value;
        paravirtual.wallClock(value);
        return true;
    }

    private boolean writeSystemTime(int cpu, long value) {
        KvmClock paravirtual = kvmClock;
        if (paravirtual == null) {
            return false;
        }
        systemTime[cpu] = value;
        paravirtual.systemTime(value, timestamp());
        return true;
    }

    long wallClock(int index) {
        return wallClock[index];
    }

    long systemTime(int index) {
        return systemTime[index];
    }

    /** Takes over the paravirtual clock's registers, and brings the guest's page up to date. */
    void clocks(int index, long wall, long system) {
        wallClock[index] = wall;
        systemTime[index] = system;
    }

    /** Time was changed: the guest's pages must say so. */
    void timeChanged() {
        KvmClock paravirtual = kvmClock;
        if (paravirtual != null) {
            for (long msr : systemTime) {
                paravirtual.systemTime(msr, timestamp());
            }
        }
    }

    @Override
    public int taskPriority(Vcpu vcpu) {
        lock.lock();
        try {
            LocalApic apic = interrupts == null ? null : interrupts.local(vcpu.index());
            return apic == null ? 0 : apic.cr8();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void taskPriority(Vcpu vcpu, int priority) {
        lock.lock();
        try {
            LocalApic apic = interrupts == null ? null : interrupts.local(vcpu.index());
            if (apic != null) {
                apic.cr8(priority);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long hypercall(
            Vcpu vcpu, long number, long a0, long a1, long a2, long a3, int cpl, boolean longMode) {
        if (protocol != null) {
            return protocol.hypercall(vcpu.index(), number, a0, a1, a2, cpl, longMode);
        }
        return longMode ? -ENOSYS : -ENOSYS & 0xffffffffL;
    }

    @Override
    public long timestamp() {
        long now = clock.now();
        long perSecond = hertz;
        return ticksAtZero + now / NS * perSecond + now % NS * perSecond / NS;
    }

    @Override
    public long tscHertz() {
        return hertz;
    }

    @Override
    public void note(Vcpu vcpu, String message) {
        listener.note(config.vcpus == 1 ? message : "vCPU " + vcpu.index() + ": " + message);
    }
}
