package dev.ferry.vmm.device;

/** The ICH9's SMBus controller, with nothing on its bus. */
public final class Ich9SmBus extends PciFunction {

    private final boolean described;

    /**
     * @param described whether more than configuration space is, as since pc-q35-4.0
     */
    public Ich9SmBus(boolean described) {
        super(
                0x1f,
                3,
                "ich9_smb",
                1,
                "00 86 80 30 29 00 00 00 00 02 00 05 0c 00 00 80",
                "20 01",
                "2c f4 1a 00 11",
                "3d 01");
        this.described = described;
        writable(0x20, 0xc0, 0xff, 0xff, 0xff);
    }

    @Override
    protected void state(StateFields f) {
        pciState(f, "dev");
        if (f.has("irq_enabled", described)) {
            f.keptBool("irq_enabled", false);
            SmBus.state(f, 0);
        }
    }
}
