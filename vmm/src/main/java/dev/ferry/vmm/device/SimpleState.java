package dev.ferry.vmm.device;

/** Sections of devices that are nothing but a few registers nobody uses. */
public final class SimpleState extends Device {

    private final StateFields.Body body;

    private SimpleState(String name, StateFields.Body body) {
        super(name, 0, 1);
        this.body = body;
    }

    /** Whether ACPI tables were patched in, which the guest's firmware asks for. */
    public static SimpleState acpiBuild() {
        return new SimpleState("acpi_build", f -> f.kept8("patched", 0));
    }

    /** A bus for I2C with a transfer that no device takes part in. */
    public static SimpleState i2cBus() {
        return new SimpleState("i2c_bus", f -> f.kept8("saved_address", 0xff));
    }

    @Override
    protected void state(StateFields f) {
        body.walk(f);
    }
}
