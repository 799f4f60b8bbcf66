package dev.ferry.vmm.device;

import java.util.List;

/** The two 8259As of a PC, the second one behind input 2 of the first. */
public final class PicPair {

    private final Pic8259 master;
    private final Pic8259 slave;

    /**
     * @param output to the processor
     */
    public PicPair(IrqLine output) {
        master = new Pic8259(true, output);
        slave = new Pic8259(false, level -> master.line(2, level));
    }

    /** Both, for their sections. */
    public List<Device> devices() {
        return List.of(master, slave);
    }

    /** Sets the level of an input, 0 to 15. */
    public void line(int irq, boolean level) {
        if (irq < 8) {
            master.line(irq, level);
        } else {
            slave.line(irq - 8, level);
        }
    }

    /** Whether the processor is asked. */
    public boolean asks() {
        return master.asks();
    }

    /** The acknowledge cycle: the vector. */
    public int acknowledge() {
        return master.acknowledge(slave);
    }

    /** Behind 0x20. */
    public PortDevice masterPorts() {
        return master;
    }

    /** Behind 0xa0. */
    public PortDevice slavePorts() {
        return slave;
    }

    /** Behind 0x4d0. */
    public PortDevice masterTriggers() {
        return master.elcr();
    }

    /** Behind 0x4d1. */
    public PortDevice slaveTriggers() {
        return slave.elcr();
    }
}
