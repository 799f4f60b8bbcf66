package dev.ferry.vmm.cpu.x86;

/**
 * One decoded instruction: a record whose components are all that its bytes say.
 *
 * <p>While it is executed {@link X86Vcpu#rip} is where the <em>block</em> began; a record that
 * needs its own place has the distance among its components. A fault leaves by {@link CpuFault}
 * before anything that the guest can see has changed.
 */
interface Op {

    void exec(X86Vcpu c);
}
