package dev.ferry.vmm.memory;

/** A device behind guest-physical addresses. Called with the machine's lock held. */
public interface MmioDevice {

    /**
     * A load.
     *
     * @param offset from where the device is mapped
     * @param size 1, 2, 4 or 8
     * @return the low {@code size} bytes count
     */
    long read(long offset, int size);

    /**
     * A store.
     *
     * @param offset from where the device is mapped
     * @param size 1, 2, 4 or 8
     * @param value the low {@code size} bytes count
     */
    void write(long offset, int size, long value);
}
