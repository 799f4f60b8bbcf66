package dev.ferry.vmm.cpu.x86;

import dev.ferry.vmm.cpu.CpuState;
import dev.ferry.vmm.cpu.VcpuExit;
import dev.ferry.vmm.memory.AddressSpace;
import dev.ferry.vmm.memory.RamBlock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** RAM from 0, interpreted processors, and a host that writes down what they do. */
final class TestMachine implements AutoCloseable {

    final AddressSpace space = new AddressSpace(new ReentrantLock());
    final TestHost host;
    final RamBlock ram;
    final Interpreter interpreter;
    final X86Vcpu cpu;
    private final List<X86Vcpu> cpus = new ArrayList<>();

    TestMachine() {
        this(CpuModel.parse("max"), 4 << 20);
    }

    TestMachine(CpuModel model, long ramBytes) {
        this(new Interpreter(model, null), ramBytes);
    }

    TestMachine(Interpreter interpreter, long ramBytes) {
        try {
            ram = new RamBlock("ram", ramBytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        space.addRam(ram, 0, 0, ramBytes);
        host = new TestHost(interpreter.model());
        this.interpreter = interpreter;
        cpu = add();
    }

    /** One more processor. */
    X86Vcpu add() {
        X86Vcpu made = (X86Vcpu) interpreter.vcpu(cpus.size(), space.view(), host);
        cpus.add(made);
        host.kicked.add(made);
        return made;
    }

    /** Puts bytes into memory. */
    TestMachine put(long gpa, int... bytes) {
        byte[] code = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            code[i] = (byte) bytes[i];
        }
        space.write(gpa, code);
        return this;
    }

    /** Puts bytes into memory, written in hex; spaces do not count. */
    TestMachine put(long gpa, String hex) {
        space.write(gpa, java.util.HexFormat.of().parseHex(hex.replace(" ", "")));
        return this;
    }

    TestMachine put64(long gpa, long... values) {
        for (int i = 0; i < values.length; i++) {
            space.store(gpa + 8L * i, 8, values[i]);
        }
        return this;
    }

    TestMachine put32(long gpa, int... values) {
        for (int i = 0; i < values.length; i++) {
            space.store(gpa + 4L * i, 4, values[i] & 0xffffffffL);
        }
        return this;
    }

    long get(long gpa, int size) {
        return space.load(gpa, size);
    }

    /** Loads a state and runs to HLT. */
    TestMachine run(CpuState state) {
        cpu.load(state);
        return run();
    }

    /** Runs to HLT. */
    TestMachine run() {
        VcpuExit exit = cpu.run();
        if (exit != VcpuExit.HALTED) {
            throw new AssertionError(
                    "expected HALTED, found " + exit + " " + cpu.failure() + " " + host.notes);
        }
        return this;
    }

    /** Real mode, flat from 0, at an address below 64 KiB. */
    static CpuState real(int rip) {
        CpuState state = new CpuState();
        state.segs[1].set(0, 0, 0xffff, 0x9b00);
        state.rip = rip;
        state.regs[4] = 0x8000;
        return state;
    }

    /** Flat 32-bit protected mode. */
    static CpuState flat32(int rip) {
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

    /** Long mode with the first gigabyte mapped to itself by tables at 0x70000. */
    CpuState long64(int rip) {
        put64(0x70000, 0x71007);
        put64(0x71000, 0x72007);
        for (int i = 0; i < 512; i++) {
            put64(0x72000 + 8L * i, ((long) i << 21) | 0x87);
        }
        CpuState state = flat32(rip);
        state.segs[1].set(8, 0, -1, 0xa09b00);
        state.cr4 = 0x20;
        state.cr3 = 0x70000;
        state.efer = 0x501;
        state.cr0 = 0x80010011L;
        return state;
    }

    @Override
    public void close() {
        cpus.forEach(X86Vcpu::close);
        ram.close();
    }
}
