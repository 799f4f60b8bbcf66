package dev.ferry.vmm.cpu;

/**
 * What a vCPU is asked for from outside: bits, numbered as QEMU's {@code interrupt_request}, which
 * goes into the stream with the section {@code cpu_common}.
 */
public final class CpuRequest {

    /** The interrupt line; a level. */
    public static final int HARD = 0x02;

    /** System management interrupt. */
    public static final int SMI = 0x40;

    /** Non-maskable interrupt. */
    public static final int NMI = 0x200;

    /** INIT: back to the reset state, an application processor then waits for SIPI. */
    public static final int INIT = 0x400;

    /** Start-up interrupt; the vector is the APIC's. */
    public static final int SIPI = 0x800;

    private CpuRequest() {}
}
