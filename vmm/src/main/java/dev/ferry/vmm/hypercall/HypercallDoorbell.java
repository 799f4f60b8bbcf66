package dev.ferry.vmm.hypercall;

import dev.ferry.vmm.cpu.Vcpu;
import dev.ferry.vmm.device.PortDevice;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A way to make a hypercall where VMCALL and VMMCALL do not reach the host, as under a nested KVM:
 * OUT of EAX to a port, with the other registers as for the real thing.
 *
 * <pre>
 *  mov eax, 12 ; rbx, rcx, rdx: the arguments
 *  out 0xf4, eax                        (by its immediate: rdx is taken)
 *  test rax, rax                        the result
 * </pre>
 *
 * IN gives 0: there is nothing to ask. OUT of less than 32 bits is no call.
 */
public final class HypercallDoorbell implements PortDevice {

    /** The port. */
    public static final int PORT = 0xf4;

    private static final int RAX = 0;
    private static final int RCX = 1;
    private static final int RDX = 2;
    private static final int RBX = 3;

    private final GuestProtocol protocol;
    private final Supplier<@Nullable Vcpu> caller;

    /**
     * A doorbell.
     *
     * @param caller the vCPU whose OUT is being executed on this thread; null if it is not a vCPU
     */
    public HypercallDoorbell(GuestProtocol protocol, Supplier<@Nullable Vcpu> caller) {
        this.protocol = protocol;
        this.caller = caller;
    }

    @Override
    public int in(int port, int size) {
        return 0;
    }

    @Override
    public void out(int port, int size, int value) {
        Vcpu vcpu = caller.get();
        if (vcpu == null || size != Integer.BYTES) {
            return;
        }
        long rax =
                protocol.hypercall(
                        vcpu.index(),
                        Integer.toUnsignedLong(value),
                        vcpu.register(RBX),
                        vcpu.register(RCX),
                        vcpu.register(RDX),
                        vcpu.privilegeLevel(),
                        vcpu.in64BitMode());
        vcpu.register(RAX, rax);
    }
}
