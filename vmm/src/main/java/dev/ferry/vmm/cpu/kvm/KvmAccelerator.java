package dev.ferry.vmm.cpu.kvm;

import dev.ferry.vmm.cpu.Accelerator;
import dev.ferry.vmm.cpu.Vcpu;
import dev.ferry.vmm.cpu.VcpuHost;
import dev.ferry.vmm.memory.AddressSpace;
import dev.ferry.vmm.memory.PhysicalMemory;
import dev.ferry.vmm.memory.VcpuMemory;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** vCPUs by KVM. The kernel gets the RAM and ROM of the address space that the vCPUs see. */
public final class KvmAccelerator implements Accelerator {

    private final KvmVm vm;
    private @Nullable KvmMemory memory;

    /**
     * Opens /dev/kvm and makes a virtual machine.
     *
     * @throws IOException if that does not work, in one line: {@code Could not access KVM kernel
     *     module: No such file or directory}
     */
    public KvmAccelerator() throws IOException {
        vm = new KvmVm("/dev/kvm");
    }

    @Override
    public String name() {
        return "kvm";
    }

    /**
     * Makes a vCPU.
     *
     * @param memory an {@link AddressSpace#view}; all of the same address space
     * @throws KvmException if the kernel refuses
     */
    @Override
    public synchronized Vcpu vcpu(int index, PhysicalMemory memory, VcpuHost host) {
        if (!(memory instanceof VcpuMemory view)) {
            throw new IllegalArgumentException("KVM needs a view of an address space");
        }
        KvmMemory slots = this.memory;
        if (slots == null) {
            slots = new KvmMemory(vm, view.space());
            this.memory = slots;
        } else if (slots.space() != view.space()) {
            throw new IllegalArgumentException("vCPUs of one machine share an address space");
        }
        return new KvmVcpu(vm, slots, index, view, host);
    }

    /** Call it after all vCPUs were closed. */
    @Override
    public synchronized void close() {
        if (memory != null) {
            memory.close();
        }
        vm.close();
    }
}
