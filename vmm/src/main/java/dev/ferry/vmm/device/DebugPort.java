package dev.ferry.vmm.device;

/**
 * A port that firmware writes text to: bytes go to a character device, and reading tells that it is
 * there.
 */
public final class DebugPort implements PortDevice {

    private final int readback;
    private final Chardev chardev;

    /**
     * @param readback what is read: 0xe9
     */
    public DebugPort(int readback, Chardev chardev) {
        this.readback = readback;
        this.chardev = chardev;
    }

    @Override
    public int in(int port, int size) {
        return readback;
    }

    @Override
    public void out(int port, int size, int value) {
        chardev.write(value & 0xff);
    }
}
