package dev.ferry.vmm.machine;

import dev.ferry.vmm.device.Chardev;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A serial line's other end that a test waits at. */
final class RecordingChardev implements Chardev {

    private static final long PATIENCE_SECONDS = 60;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition more = lock.newCondition();
    private final StringBuilder text = new StringBuilder();
    private Receiver receiver =
            new Receiver() {
                @Override
                public int room() {
                    return 0;
                }

                @Override
                public void receive(int value) {}
            };

    @Override
    public void write(int value) {
        lock.lock();
        try {
            text.append((char) value);
            more.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The first so many characters, once they are there. */
    String await(int count, Machine machine) throws InterruptedException {
        lock.lock();
        try {
            long left = TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            while (text.length() < count && left > 0) {
                left = more.awaitNanos(left);
            }
            if (text.length() < count) {
                throw new AssertionError(
                        "only '"
                                + text
                                + "' came; the machine is "
                                + machine.runState()
                                + ", "
                                + machine.end());
            }
            return text.substring(0, count);
        } finally {
            lock.unlock();
        }
    }

    /** All that has come. */
    String text() {
        lock.lock();
        try {
            return text.toString();
        } finally {
            lock.unlock();
        }
    }

    /** Types. */
    void type(int value) {
        receiver.receive(value);
    }

    @Override
    public void receiver(Receiver to) {
        receiver = to;
    }

    @Override
    public void close() {}
}
