package dev.ferry.vmm.chardev;

import dev.ferry.vmm.device.Chardev;

/** The last bytes that the guest wrote, until somebody asks for them. */
public final class RingBufferChardev implements Chardev {

    private final byte[] bytes;
    private long written;
    private long read;
    private Receiver receiver = InputGate.NOBODY;

    RingBufferChardev(int size) {
        bytes = new byte[size];
    }

    @Override
    public synchronized void write(int value) {
        bytes[(int) (written++ & (bytes.length - 1))] = (byte) value;
        read = Math.max(read, written - bytes.length);
    }

    /**
     * Takes out what has not been read yet.
     *
     * @param limit how many bytes at most
     */
    public synchronized byte[] read(int limit) {
        byte[] taken = new byte[(int) Math.min(Math.max(limit, 0), written - read)];
        for (int i = 0; i < taken.length; i++) {
            taken[i] = bytes[(int) (read++ & (bytes.length - 1))];
        }
        return taken;
    }

    /** Gives bytes to the guest, as many as there is room for; the others are lost. */
    public void feed(byte[] input) {
        Receiver to;
        synchronized (this) {
            to = receiver;
        }
        for (byte value : input) {
            if (to.room() == 0) {
                return;
            }
            to.receive(value & 0xff);
        }
    }

    @Override
    public synchronized void receiver(Receiver newReceiver) {
        receiver = newReceiver;
    }

    @Override
    public void close() {}
}
