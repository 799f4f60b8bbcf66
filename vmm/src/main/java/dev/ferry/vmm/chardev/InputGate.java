package dev.ferry.vmm.chardev;

import dev.ferry.vmm.device.Chardev.Receiver;

/**
 * Hands bytes from a thread that reads them to the device, one at a time, and has that thread wait
 * while the device has no room: so the host sees how fast the guest reads.
 */
final class InputGate {

    /** Takes nothing. */
    static final Receiver NOBODY =
            new Receiver() {
                @Override
                public int room() {
                    return 0;
                }

                @Override
                public void receive(int value) {}
            };

    private Receiver receiver = NOBODY;
    private long readiness;
    private boolean closed;

    /** Input goes there from now on. */
    synchronized void receiver(Receiver newReceiver) {
        receiver = newReceiver;
        readiness++;
        notifyAll();
    }

    /** The receiver has room again. */
    synchronized void ready() {
        readiness++;
        notifyAll();
    }

    synchronized void close() {
        closed = true;
        notifyAll();
    }

    /**
     * Delivers bytes, waiting for room.
     *
     * @return false once closed
     */
    boolean deliver(byte[] bytes, int length) {
        for (int i = 0; i < length; ) {
            Receiver to;
            long seen;
            synchronized (this) {
                if (closed) {
                    return false;
                }
                to = receiver;
                seen = readiness;
            }
            // Outside our lock: the receiver takes the machine's, which is held when ready() is
            // called.
            int room = to.room();
            if (room == 0) {
                if (!await(seen)) {
                    return false;
                }
                continue;
            }
            for (int end = Math.min(length, i + room); i < end; i++) {
                to.receive(bytes[i] & 0xff);
            }
        }
        return true;
    }

    private synchronized boolean await(long seen) {
        while (!closed && readiness == seen) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return !closed;
    }
}
