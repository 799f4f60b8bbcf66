package dev.ferry.vmm.machine;

import dev.ferry.vmm.cpu.CpuRequest;
import dev.ferry.vmm.cpu.Vcpu;
import dev.ferry.vmm.device.ApicBus;
import dev.ferry.vmm.device.InterruptWires;
import dev.ferry.vmm.device.IoApic;
import dev.ferry.vmm.device.IrqLine;
import dev.ferry.vmm.device.LocalApic;
import dev.ferry.vmm.device.PicPair;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A board's interrupts: which wire leads where. Used with the machine's lock held. */
final class Interrupts {

    private static final int ISA_LINES = 16;

    final ApicBus bus = new ApicBus();
    final PicPair pics = new PicPair(this::picOutput);
    final List<IoApic> ioApics = new ArrayList<>();
    final List<LocalApic> locals = new ArrayList<>();
    private @Nullable InterruptWires onlyProcessor;

    Interrupts() {
        bus.pics(pics);
    }

    /** A board without APICs: the 8259s' output goes to this processor. */
    void withoutApics(InterruptWires wires) {
        onlyProcessor = wires;
    }

    private void picOutput(boolean level) {
        InterruptWires wires = onlyProcessor;
        if (wires == null) {
            bus.picLine(level);
        } else if (level) {
            wires.raise(CpuRequest.HARD);
        } else {
            wires.lower(CpuRequest.HARD);
        }
    }

    /** A global interrupt: into the 8259s if it is an ISA one, and into an I/O APIC. */
    IrqLine line(int number) {
        return level -> {
            if (number < ISA_LINES) {
                pics.line(number, level);
            }
            int chip = number / IoApic.PINS;
            if (chip < ioApics.size()) {
                // The timer's ISA interrupt arrives at pin 2.
                ioApics.get(chip).line(number == 0 ? 2 : number % IoApic.PINS, level);
            }
        };
    }

    /** The acknowledge cycle of a vCPU. */
    int acknowledge(Vcpu vcpu) {
        if (onlyProcessor != null) {
            return pics.asks() ? pics.acknowledge() : -1;
        }
        return bus.acknowledge(locals.get(vcpu.index()));
    }

    /** The vCPU's local APIC, or null. */
    @Nullable LocalApic local(int index) {
        return index < locals.size() ? locals.get(index) : null;
    }
}
