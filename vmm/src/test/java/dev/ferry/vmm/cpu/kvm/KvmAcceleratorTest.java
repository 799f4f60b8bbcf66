package dev.ferry.vmm.cpu.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.vmm.memory.AddressSpace;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class KvmAcceleratorTest {

    @Test
    void aKernelWithoutKvmIsOneLine() {
        IOException e = assertThrows(IOException.class, () -> new KvmVm("/dev/no-kvm-here"));
        assertEquals(
                "Could not access KVM kernel module: No such file or directory", e.getMessage());
    }

    @Test
    void aDeviceThatIsNotKvmIsOneLine() {
        IOException e = assertThrows(IOException.class, () -> new KvmVm("/dev/null"));
        assertEquals(
                "failed to initialize KVM: KVM_GET_API_VERSION: Inappropriate ioctl for device",
                e.getMessage());
    }

    @Test
    void whatTheKernelRefusesNamesTheRequest() throws IOException {
        try (KvmMachine machine = new KvmMachine(1 << 20)) {
            var vcpu = machine.vcpu();
            var state = KvmMachine.protectedMode(0x1000);
            state.cr0 = 0x80000000L; // paging without protection
            KvmException e = assertThrows(KvmException.class, () -> vcpu.load(state));
            assertEquals("KVM_SET_SREGS: Invalid argument", e.getMessage());
        }
    }

    @Test
    void vcpusOfOneMachineShareAnAddressSpace() throws IOException {
        try (KvmMachine machine = new KvmMachine(1 << 20);
                KvmAccelerator accelerator = new KvmAccelerator()) {
            assertEquals("kvm", accelerator.name());
            accelerator.vcpu(0, machine.space.view(), machine.host).close();
            AddressSpace other = new AddressSpace(new ReentrantLock());
            assertThrows(
                    IllegalArgumentException.class,
                    () -> accelerator.vcpu(1, other.view(), machine.host));
        }
    }

    @Test
    void aMachineIsMadeAndClosedManyTimes() throws IOException {
        long before = descriptors();
        for (int i = 0; i < 50; i++) {
            try (KvmMachine machine = new KvmMachine(1 << 20)) {
                machine.vcpu().reset();
                machine.vcpu().reset();
            }
        }
        assertTrue(descriptors() <= before + 2, "descriptors are left open");
    }

    private static long descriptors() {
        String[] open = new java.io.File("/proc/self/fd").list();
        return open == null ? 0 : open.length;
    }
}
