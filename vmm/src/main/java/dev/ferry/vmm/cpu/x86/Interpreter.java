package dev.ferry.vmm.cpu.x86;

import dev.ferry.vmm.cpu.Accelerator;
import dev.ferry.vmm.cpu.Vcpu;
import dev.ferry.vmm.cpu.VcpuHost;
import dev.ferry.vmm.memory.PhysicalMemory;
import org.jspecify.annotations.Nullable;

/** The interpreter: makes vCPUs in plain Java, on any host. */
public final class Interpreter implements Accelerator {

    private final CpuModel model;
    private final @Nullable EncryptionMode encryption;
    private final int hotThreshold;

    /** What locked accesses are made one at a time with where the host has no instruction. */
    final Object busLock = new Object();

    /**
     * An interpreter.
     *
     * @param model what the processors can do
     * @param encryption of a guest with encrypted memory; else null
     */
    public Interpreter(CpuModel model, @Nullable EncryptionMode encryption) {
        this(model, encryption, HotCode.THRESHOLD);
    }

    /**
     * As above.
     *
     * @param hotThreshold times a block is interpreted before it is made a class of; 0 for never
     */
    Interpreter(CpuModel model, @Nullable EncryptionMode encryption, int hotThreshold) {
        this.model = model;
        this.encryption = encryption;
        this.hotThreshold = hotThreshold;
    }

    /** Its name in {@code -accel}: it stands where QEMU has its own translator. */
    @Override
    public String name() {
        return "tcg";
    }

    /** What the processors can do. */
    public CpuModel model() {
        return model;
    }

    @Nullable EncryptionMode encryption() {
        return encryption;
    }

    int hotThreshold() {
        return hotThreshold;
    }

    @Override
    public Vcpu vcpu(int index, PhysicalMemory memory, VcpuHost host) {
        return new X86Vcpu(index, memory, host, this);
    }

    @Override
    public void close() {}
}
