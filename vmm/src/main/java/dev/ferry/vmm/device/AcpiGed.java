package dev.ferry.vmm.device;

import dev.ferry.vmm.memory.MmioDevice;

/** The generic event device of microvm, and its power registers. */
public final class AcpiGed extends Device implements AcpiChip {

    private static final int POWER_DOWN = 2;

    private final IrqLine irq;
    private int selected;

    public AcpiGed(IrqLine irq) {
        super("acpi-ged", 0, 1);
        this.irq = irq;
    }

    @Override
    protected void state(StateFields f) {
        f.struct("ged_state", "acpi-ged-state", 1, s -> selected = s.u32("sel", selected));
        f.subsection("acpi-ged/memhp", 1, true, s -> Hotplug.memory(s, "memhp_state"));
    }

    @Override
    public void reset() {
        super.reset();
        selected = 0;
    }

    @Override
    public void powerButton() {
        selected |= POWER_DOWN;
        irq.pulse();
    }

    @Override
    public void woken() {}

    /** The event register: what happened, cleared by reading. */
    public MmioDevice events() {
        return new MmioDevice() {
            @Override
            public long read(long offset, int size) {
                int value = offset == 0 ? selected : 0;
                selected = 0;
                return value;
            }

            @Override
            public void write(long offset, int size, long value) {}
        };
    }

    /** Sleep control, sleep status and reset, one byte each. */
    public static MmioDevice power(MachineControl control) {
        return new MmioDevice() {
            @Override
            public long read(long offset, int size) {
                return 0;
            }

            @Override
            public void write(long offset, int size, long value) {
                if (offset == 0 && (value & 0x20) != 0) {
                    if ((value >> 2 & 7) == 5) {
                        control.requestShutdown();
                    }
                } else if (offset == 2 && value == 0x42) {
                    control.requestReset();
                }
            }
        };
    }
}
