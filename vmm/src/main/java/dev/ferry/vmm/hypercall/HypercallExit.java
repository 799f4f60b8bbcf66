package dev.ferry.vmm.hypercall;

/**
 * A hypercall as it leaves the vCPU: what KVM_EXIT_HYPERCALL tells a VMM.
 *
 * @param vcpu index of the one that called
 * @param number rax
 * @param a0 rbx: a guest-physical address
 * @param a1 rcx: a number of pages of 4 KiB
 * @param a2 rdx: attributes
 * @param cpl privilege level of the caller, 0 to 3
 * @param longMode whether it was in 64-bit mode; else registers count with 32 bits
 */
public record HypercallExit(
        int vcpu, long number, long a0, long a1, long a2, int cpl, boolean longMode) {}
