package dev.ferry.vmm.device;

/** The ICH9's reset control register at port 0xcf9; it has no state of its own in a stream. */
public final class ResetControl implements PortDevice {

    private final MachineControl control;
    private int value;

    public ResetControl(MachineControl control) {
        this.control = control;
    }

    @Override
    public int in(int port, int size) {
        return value;
    }

    @Override
    public void out(int port, int size, int written) {
        value = written & 0x0a;
        if ((written & 4) != 0) {
            control.requestReset();
        }
    }
}
