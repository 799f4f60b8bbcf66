package dev.ferry.vmm.machine;

import dev.ferry.vmm.cpu.Accelerator;
import dev.ferry.vmm.cpu.x86.CpuModel;
import dev.ferry.vmm.device.Chardev;
import dev.ferry.vmm.device.PortDevice;
import dev.ferry.vmm.device.QemuLine;
import dev.ferry.vmm.hypercall.GuestProtocol;
import dev.ferry.vmm.memory.Backing;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What a machine is to be made of. Not to be changed after it was handed over. */
public final class MachineConfig {

    private static final long DEFAULT_RAM = 128L << 20;

    /** Type or alias, as in {@code -machine}. */
    public String machine = "pc";

    /** Bytes of main memory. */
    public long ramBytes = DEFAULT_RAM;

    /** Name of main memory's block; null for the board's own. */
    public @Nullable String ramId;

    /** Where main memory is. */
    public Backing ramBacking = new Backing.Anonymous();

    /** How many vCPUs. */
    public int vcpus = 1;

    /** Makes the vCPUs. */
    public final Accelerator accelerator;

    /** The firmware's image; null for none, when memory comes from elsewhere. */
    public byte @Nullable [] firmware;

    /** Flash chips in order; the first one takes the firmware's place. */
    public final List<Flash> flash = new ArrayList<>();

    /** What runs instead of the firmware. */
    public BootSource boot = BootSource.FIRMWARE;

    /** The serial ports, COM1 first; four at most. */
    public final List<Chardev> serials = new ArrayList<>();

    /** First port of isa-debug-exit; -1 for none. */
    public int debugExitPort = -1;

    /** Where port 0xe9 goes; null for none. */
    public @Nullable Chardev debugConsole;

    /** Devices behind ports that are on no board: a hypercall's doorbell, boot services. */
    public final List<ExtraPorts> extraPorts = new ArrayList<>();

    /** What the guest finds of its host; null for no more than bare hardware. */
    public @Nullable GuestProtocol guest;

    /** What the processors say of themselves. */
    public CpuModel cpu = CpuModel.qemu64();

    /** Who answers instead of {@link #cpu}; null for nobody. */
    public @Nullable Cpuid cpuid;

    /** Whether a guest's reset ends the run. */
    public boolean noReboot;

    /** Whether a guest that switches itself off stays. */
    public boolean noShutdown;

    /** Whose way of describing devices is followed; null for what fits the machine type. */
    public @Nullable QemuLine line;

    /** The machine's UUID; null for none. */
    public @Nullable UUID uuid;

    /** Ticks a second of the time stamp counter. */
    public long tscHertz = 1_000_000_000L;

    /** Nanoseconds that only go up. */
    public LongSupplier ticker = System::nanoTime;

    /** Milliseconds since 1970. */
    public LongSupplier wallClock = System::currentTimeMillis;

    /** Told what happens. */
    public MachineListener listener = MachineListener.NONE;

    /**
     * @param accelerator closed with the machine
     */
    public MachineConfig(Accelerator accelerator) {
        this.accelerator = accelerator;
    }

    /** Processor identification. */
    @FunctionalInterface
    public interface Cpuid {
        /**
         * CPUID.
         *
         * @param vcpu index of the vCPU
         * @param out eax, ebx, ecx, edx
         */
        void cpuid(int vcpu, int leaf, int subleaf, int[] out);
    }

    /**
     * A device behind ports, without state in a stream.
     *
     * @param width of the widest access it takes: 1, 2 or 4
     */
    public record ExtraPorts(int port, int count, int width, PortDevice device) {}

    /**
     * A flash chip.
     *
     * @param content its bytes, a multiple of 4 KiB
     * @param file where changes go; null to keep them in memory
     */
    @SuppressWarnings("ArrayRecordComponent") // a hand-over, never compared
    public record Flash(byte[] content, @Nullable Path file, boolean readOnly) {}
}
