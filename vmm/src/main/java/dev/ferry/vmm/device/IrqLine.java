package dev.ferry.vmm.device;

/** A wire into an interrupt controller, or from one to a vCPU. Set with the machine's lock held. */
@FunctionalInterface
public interface IrqLine {

    /** A wire that leads nowhere. */
    IrqLine UNCONNECTED = level -> {};

    /** Sets its level. */
    void set(boolean level);

    /** Up and down again, as an edge. */
    default void pulse() {
        set(true);
        set(false);
    }
}
