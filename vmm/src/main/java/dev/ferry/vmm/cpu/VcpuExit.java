package dev.ferry.vmm.cpu;

/** Why {@link Vcpu#run} came back. */
public enum VcpuExit {
    /** HLT, and nothing that would end it: call again when {@link Vcpu#hasWork}. */
    HALTED,
    /** {@link Vcpu#kick}: somebody wants the vCPU to stand still. */
    KICKED,
    /** Triple fault: the processor has shut down, the machine is to be reset or ended. */
    SHUTDOWN,
    /** The backend cannot go on; {@link Vcpu#failure} says why. */
    FAILED
}
