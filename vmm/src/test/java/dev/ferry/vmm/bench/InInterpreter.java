package dev.ferry.vmm.bench;

import dev.ferry.vmm.cpu.BareHost;
import dev.ferry.vmm.cpu.CpuState;
import dev.ferry.vmm.cpu.Vcpu;
import dev.ferry.vmm.cpu.VcpuExit;
import dev.ferry.vmm.cpu.x86.CpuModel;
import dev.ferry.vmm.cpu.x86.Interpreter;
import dev.ferry.vmm.memory.AddressSpace;
import dev.ferry.vmm.memory.RamBlock;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A guest in the interpreter, with no device but a serial port that takes characters. */
final class InInterpreter extends BareHost {

    private static final int ROM = 0xf0000;
    private static final long RAM = 32 << 20;

    private final long[] times;
    private int count;
    private @Nullable Vcpu runner;
    private boolean divisor;

    private InInterpreter(int characters) {
        super(CpuModel.parse("max"));
        times = new long[characters];
    }

    /** When each character came. */
    static long[] run(TimedGuest guest) throws IOException {
        InInterpreter host = new InInterpreter(guest.characters());
        AddressSpace space = new AddressSpace(new ReentrantLock());
        try (RamBlock ram = new RamBlock("pc.ram", RAM)) {
            space.addRam(ram, 0, 0, RAM);
            space.write(ROM, guest.bytes());
            try (Interpreter interpreter = new Interpreter(host.model, null);
                    Vcpu cpu = interpreter.vcpu(0, space.view(), host)) {
                CpuState state = new CpuState();
                state.segs[1].set(0xf000, ROM, 0xffff, 0x9b00);
                cpu.load(state);
                host.runner = cpu;
                VcpuExit exit = cpu.run();
                if (host.count < host.times.length) {
                    throw new IOException(guest + " ended with " + exit + " " + cpu.failure());
                }
            }
        }
        return host.times;
    }

    @Override
    public int portIn(int port, int size) {
        return port == 0x3fd ? 0x60 : -1;
    }

    @Override
    public void portOut(int port, int size, int value) {
        if (port == 0x3fb) {
            divisor = (value & 0x80) != 0;
        } else if (port == 0x3f8 && !divisor && count < times.length) {
            times[count++] = System.nanoTime();
            if (count == times.length) {
                Objects.requireNonNull(runner).kick();
            }
        }
    }

    @Override
    public void note(Vcpu vcpu, String message) {
        System.err.println(message);
    }
}
