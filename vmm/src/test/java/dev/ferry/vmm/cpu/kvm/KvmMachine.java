package dev.ferry.vmm.cpu.kvm;

import static org.junit.jupiter.api.Assumptions.abort;

import dev.ferry.vmm.cpu.Accelerator;
import dev.ferry.vmm.cpu.CpuState;
import dev.ferry.vmm.cpu.Vcpu;
import dev.ferry.vmm.memory.AddressSpace;
import dev.ferry.vmm.memory.RamBlock;
import dev.ferry.vmm.memory.VcpuMemory;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** RAM from 0, vCPUs by KVM, and a host that writes down what they do. */
final class KvmMachine implements AutoCloseable {

    final ReentrantLock lock = new ReentrantLock();
    final AddressSpace space = new AddressSpace(lock);
    final RecordingHost host;
    final RamBlock ram;
    final List<VcpuMemory> views = new ArrayList<>();
    private final Accelerator accelerator;
    private final List<Vcpu> vcpus = new ArrayList<>();

    KvmMachine(long ramBytes) throws IOException {
        this(ramBytes, new RecordingHost());
    }

    KvmMachine(long ramBytes, RecordingHost host) throws IOException {
        this(ramBytes, host, kvm());
    }

    KvmMachine(long ramBytes, RecordingHost host, Accelerator accelerator) throws IOException {
        this.host = host;
        this.accelerator = accelerator;
        ram = new RamBlock("ram", ramBytes);
        space.addRam(ram, 0, 0, ramBytes);
    }

    /** KVM, without which a test has nothing to do. */
    static Accelerator kvm() {
        try {
            return new KvmAccelerator();
        } catch (IOException e) {
            return abort(e.getMessage());
        }
    }

    Vcpu vcpu() {
        VcpuMemory view = space.view();
        views.add(view);
        Vcpu vcpu = accelerator.vcpu(vcpus.size(), view, host);
        vcpus.add(vcpu);
        return vcpu;
    }

    /** Puts bytes into memory. */
    void put(long gpa, int... bytes) {
        byte[] code = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            code[i] = (byte) bytes[i];
        }
        space.write(gpa, code);
    }

    void put(long gpa, byte[] bytes) {
        space.writeRom(gpa, MemorySegment.ofArray(bytes));
    }

    /** Real mode, flat from 0, at an address below 64 KiB. */
    static CpuState realMode(int rip) {
        CpuState state = new CpuState();
        state.segs[1].set(0, 0, 0xffff, 0x9b00);
        state.rip = rip;
        state.regs[4] = 0x8000;
        return state;
    }

    /** Flat 32-bit protected mode as a boot loader leaves it, without a descriptor table. */
    static CpuState protectedMode(int rip) {
        CpuState state = new CpuState();
        for (int i = 0; i < 6; i++) {
            state.segs[i].set(0x10, 0, -1, 0xc09300);
        }
        state.segs[1].set(8, 0, -1, 0xc09b00);
        state.cr0 = 0x11;
        state.rip = rip;
        state.regs[4] = 0x8000;
        return state;
    }

    @Override
    public void close() {
        vcpus.forEach(Vcpu::close);
        accelerator.close();
        ram.close();
    }
}
