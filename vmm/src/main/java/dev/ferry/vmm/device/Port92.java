package dev.ferry.vmm.device;

/** Port 0x92: the fast A20 gate and reset. */
public final class Port92 extends Device implements PortDevice {

    private final IrqLine a20;
    private final Runnable resetRequest;
    private int outport;

    /**
     * @param a20 open while it is up
     */
    public Port92(IrqLine a20, Runnable resetRequest) {
        super("port92", 0, 1);
        this.a20 = a20;
        this.resetRequest = resetRequest;
    }

    @Override
    protected void state(StateFields f) {
        outport = f.u8("outport", outport);
    }

    @Override
    public void reset() {
        super.reset();
        outport &= ~1;
    }

    @Override
    public int in(int port, int size) {
        return outport;
    }

    @Override
    public void out(int port, int size, int value) {
        int old = outport;
        outport = value & 0xff;
        a20.set((outport & 2) != 0);
        if ((value & 1) != 0 && (old & 1) == 0) {
            resetRequest.run();
        }
    }
}
