package dev.ferry.vmm.oracle;

import dev.ferry.vmm.cpu.CpuState;
import dev.ferry.vmm.cpu.Vcpu;
import dev.ferry.vmm.cpu.VcpuExit;
import dev.ferry.vmm.cpu.x86.CpuModel;
import dev.ferry.vmm.cpu.x86.Interpreter;
import dev.ferry.vmm.memory.AddressSpace;
import dev.ferry.vmm.memory.RamBlock;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;

/** Runs records in the interpreter. */
final class InterpreterRun {

    private static final int ROM = 0xf0000;

    private InterpreterRun() {}

    /** All RAM after the records were run. */
    static byte[] run(byte[] records) throws IOException {
        AddressSpace space = new AddressSpace(new ReentrantLock());
        try (RamBlock ram = new RamBlock("pc.ram", Records.RAM)) {
            space.addRam(ram, 0, 0, Records.RAM);
            space.write(ROM, QemuRun.firmware());
            space.write(Records.HEAD, records);
            CpuModel model = CpuModel.parse("max");
            SerialHost host = new SerialHost(model);
            try (Interpreter interpreter = new Interpreter(model, null);
                    Vcpu cpu = interpreter.vcpu(0, space.view(), host)) {
                CpuState state = new CpuState();
                state.segs[1].set(0xf000, ROM, 0xffff, 0x9b00);
                cpu.load(state);
                VcpuExit exit = cpu.run();
                if (exit != VcpuExit.HALTED || !host.serial().equals("D")) {
                    throw new AssertionError(
                            "the interpreter did not get to the end: "
                                    + exit
                                    + " "
                                    + cpu.failure()
                                    + " "
                                    + host.notes());
                }
            }
            byte[] memory = new byte[Records.RAM];
            space.read(0, memory);
            return memory;
        }
    }
}
