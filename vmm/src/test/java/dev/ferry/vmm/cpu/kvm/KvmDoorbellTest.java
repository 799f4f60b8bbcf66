package dev.ferry.vmm.cpu.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ferry.sev.region.MapGpaRange;
import dev.ferry.vmm.cpu.CpuState;
import dev.ferry.vmm.cpu.Vcpu;
import dev.ferry.vmm.cpu.VcpuExit;
import dev.ferry.vmm.hypercall.GuestProtocol;
import dev.ferry.vmm.hypercall.HypercallDoorbell;
import dev.ferry.vmm.hypercall.PageStatusListener;
import dev.ferry.vmm.hypercall.SevCpuid;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A hypercall through a port, where VMCALL does not leave the guest. */
@Timeout(60)
class KvmDoorbellTest {

    private final GuestProtocol protocol =
            GuestProtocol.sev(
                    new SevCpuid(51, 1),
                    false,
                    0x1000,
                    MapGpaRange.Arguments.ATTRIBUTES,
                    PageStatusListener.NONE);

    /** Has a doorbell at its port. */
    private final class DoorbellHost extends RecordingHost {
        private @Nullable Vcpu vcpu;

        @Override
        public void portOut(int port, int size, int value) {
            if (port == HypercallDoorbell.PORT) {
                new HypercallDoorbell(protocol, () -> Objects.requireNonNull(vcpu))
                        .out(0, size, value);
            } else {
                super.portOut(port, size, value);
            }
        }
    }

    @Test
    void theResultIsInEaxBehindTheOut() throws IOException {
        DoorbellHost host = new DoorbellHost();
        try (KvmMachine machine = new KvmMachine(1 << 20, host);
                Vcpu vcpu = machine.vcpu()) {
            host.vcpu = vcpu;
            // mov eax, 12; mov ebx, 0x4000; mov ecx, 3; xor edx, edx; out 0xf4, eax
            // mov esi, eax; mov eax, 12; mov ecx, 0; out 0xf4, eax; hlt
            machine.put(
                    0x1000, 0x66, 0xb8, 12, 0, 0, 0, 0x66, 0xbb, 0, 0x40, 0, 0, 0x66, 0xb9, 3, 0, 0,
                    0, 0x66, 0x31, 0xd2, 0x66, 0xe7, 0xf4, 0x66, 0x89, 0xc6, 0x66, 0xb8, 12, 0, 0,
                    0, 0x66, 0xb9, 0, 0, 0, 0, 0x66, 0xe7, 0xf4, 0xf4);
            vcpu.load(KvmMachine.realMode(0x1000));
            assertEquals(VcpuExit.HALTED, vcpu.run());
            CpuState state = new CpuState();
            vcpu.save(state);
            assertEquals(0, state.regs[6], "pages were shared");
            assertEquals(0xffffffeaL, state.regs[0] & 0xffffffffL, "no pages: -EINVAL");
            assertEquals(0x4000, state.regs[3]);
            assertEquals("[0x4-0x7]", protocol.regions().toString());
        }
    }
}
