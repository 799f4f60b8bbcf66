package dev.ferry.vmm.device;

/** The ICH9's SMBus controller, with nothing on its bus. */
public final class Ich9SmBus extends PciFunction {

    public Ich9SmBus() {
        super(
                0x1f,
                3,
                "ich9_smb",
                1,
                "00 86 80 30 29 00 00 80 02 02 00 05 0c",
                "20 01",
                "2c f4 1a 00 11",
                "3d 01");
        writable(0x20, 0xc0, 0xff, 0xff, 0xff);
    }

    @Override
    protected void state(StateFields f) {
        pciState(f, "dev");
        f.keptBool("irq_enabled", false);
        SmBus.state(f, 0);
    }
}
