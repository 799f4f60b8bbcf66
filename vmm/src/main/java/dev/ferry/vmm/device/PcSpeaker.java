package dev.ferry.vmm.device;

/** Port 0x61: the gate and output of the timer's counter 2, and what refreshes memory. */
public final class PcSpeaker extends Device implements PortDevice {

    private final Pit8254 pit;
    private boolean data;
    private boolean refresh;

    public PcSpeaker(Pit8254 pit) {
        super("pcspk", 0, 1);
        this.pit = pit;
    }

    @Override
    protected void state(StateFields f) {
        data = f.flag8("data_on", data);
        refresh = f.flag8("dummy_refresh_clock", refresh);
    }

    @Override
    public void reset() {
        super.reset();
        data = false;
        refresh = false;
    }

    @Override
    public int in(int port, int size) {
        refresh = !refresh;
        return (pit.gate() ? 1 : 0)
                | (data ? 2 : 0)
                | (refresh ? 0x10 : 0)
                | (pit.output() ? 0x20 : 0);
    }

    @Override
    public void out(int port, int size, int value) {
        pit.gate((value & 1) != 0);
        data = (value & 2) != 0;
    }
}
