package dev.ferry.vmm.device;

import java.util.Arrays;

/** The state of bus 0: how many devices hold each interrupt wire. */
public final class PciBus extends Device {

    private final int[] counts;

    /**
     * @param wires 4, or 8 on q35
     */
    public PciBus(int wires) {
        super("PCIBUS", 0, 1);
        counts = new int[wires];
    }

    @Override
    protected void state(StateFields f) {
        f.equal("nirq", "int32 equal", counts.length);
        f.i32s("irq_count", counts);
    }

    @Override
    public void reset() {
        super.reset();
        Arrays.fill(counts, 0);
    }
}
