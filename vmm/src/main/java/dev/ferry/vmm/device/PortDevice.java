package dev.ferry.vmm.device;

/** A device behind I/O ports. Called with the machine's lock held. */
public interface PortDevice {

    /**
     * IN.
     *
     * @param port offset from the first port of the range
     * @param size 1, 2 or 4
     * @return the low {@code size} bytes count
     */
    int in(int port, int size);

    /**
     * OUT.
     *
     * @param port offset from the first port of the range
     * @param size 1, 2 or 4
     * @param value the low {@code size} bytes count
     */
    void out(int port, int size, int value);
}
