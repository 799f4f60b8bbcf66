package dev.ferry.vmm.device;

import java.util.Arrays;

/** The PIIX3's ISA bridge, with its reset control register at port 0xcf9. */
public final class Piix3 extends PciFunction implements PortDevice {

    private final MachineControl control;
    private final int[] wires = new int[4];
    private int resetControl;

    public Piix3(MachineControl control) {
        super(
                1,
                0,
                "PIIX3",
                3,
                "00 86 80 00 70 00 00 00 02 00 00 01 06 00 00 80",
                "2c f4 1a 00 11",
                "4c 4d 00 03",
                "60 80 80 80 80",
                "69 02",
                "70 80",
                "76 0c 0c 02",
                "a0 08",
                "a8 0f");
        this.control = control;
    }

    @Override
    protected void state(StateFields f) {
        pciState(f, "dev");
        f.i32s("pci_irq_levels_vmstate", wires);
        boolean there =
                f.subsection(
                        "PIIX3/rcr",
                        1,
                        resetControl != 0,
                        s -> resetControl = s.u8("rcr", resetControl));
        if (f.loading() && !there) {
            resetControl = 0;
        }
    }

    @Override
    public void reset() {
        super.reset();
        Arrays.fill(wires, 0);
        resetControl = 0;
    }

    @Override
    public int in(int port, int size) {
        return resetControl;
    }

    @Override
    public void out(int port, int size, int value) {
        resetControl = value & 2;
        if ((value & 4) != 0) {
            control.requestReset();
        }
    }
}
