package dev.ferry.vmm.cpu;

/**
 * What a vCPU needs from the machine around it. Called on the vCPU's thread without the machine's
 * lock, which the implementation takes where devices are concerned. Devices behind memory addresses
 * are reached through {@link dev.ferry.vmm.memory.PhysicalMemory}.
 */
public interface VcpuHost {

    /**
     * IN.
     *
     * @param size 1, 2 or 4
     * @return zero-extended; all ones where nothing answers
     */
    int portIn(int port, int size);

    /**
     * OUT.
     *
     * @param size 1, 2 or 4
     */
    void portOut(int port, int size, int value);

    /**
     * The interrupt acknowledge cycle: asks the local APIC, then the 8259s.
     *
     * @return the vector, or -1 if there is none after all
     */
    int acknowledgeInterrupt(Vcpu vcpu);

    /** Vector of the start-up interrupt that {@link CpuRequest#SIPI} announced. */
    int startupVector(Vcpu vcpu);

    /** An INIT was taken: the local APIC goes back to its initial state. */
    void initTaken(Vcpu vcpu);

    /**
     * CPUID.
     *
     * @param out eax, ebx, ecx, edx
     */
    void cpuid(Vcpu vcpu, int leaf, int subleaf, int[] out);

    /**
     * RDMSR of a register that the vCPU does not keep itself.
     *
     * @param value at 0, the register
     * @return false for a #GP
     */
    boolean readMsr(Vcpu vcpu, int index, long[] value);

    /**
     * WRMSR of a register that the vCPU does not keep itself.
     *
     * @return false for a #GP
     */
    boolean writeMsr(Vcpu vcpu, int index, long value);

    /** CR8: bits 7 to 4 of the task priority. */
    int taskPriority(Vcpu vcpu);

    /** CR8. */
    void taskPriority(Vcpu vcpu, int priority);

    /**
     * A hypercall by VMCALL or VMMCALL.
     *
     * @param longMode whether the vCPU is in 64-bit mode; else the arguments have 32 bits
     * @return what the guest gets in rax
     */
    long hypercall(
            Vcpu vcpu, long number, long a0, long a1, long a2, long a3, int cpl, boolean longMode);

    /** RDTSC without the vCPU's own offset: ticks of {@link #tscHertz} on the machine's clock. */
    long timestamp();

    /** Ticks a second of {@link #timestamp}. */
    long tscHertz();

    /**
     * Something that a person who debugs a guest wants to read once: an instruction that is not
     * there, a store to ROM.
     */
    void note(Vcpu vcpu, String message);
}
