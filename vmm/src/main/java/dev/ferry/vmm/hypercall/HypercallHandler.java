package dev.ferry.vmm.hypercall;

/** Who deals with the hypercalls that leave the vCPU. Called on the vCPU's thread. */
@FunctionalInterface
public interface HypercallHandler {

    /** What the guest gets in rax. */
    long handle(HypercallExit exit);
}
