/**
 * vCPUs that a Linux kernel runs, by java.lang.foreign on /dev/kvm. Interrupt controllers stay in
 * this process; the kernel has none of its own.
 *
 * <p>Start at {@link dev.ferry.vmm.cpu.kvm.KvmAccelerator}.
 *
 * <p>Source: Linux Documentation/virt/kvm/api.rst; include/uapi/linux/kvm.h.
 */
@NullMarked
package dev.ferry.vmm.cpu.kvm;

import org.jspecify.annotations.NullMarked;
