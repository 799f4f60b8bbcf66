package dev.ferry.vmm.sev;

import dev.ferry.vmm.device.Chardev;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The host's end of a serial line: what the guest prints can be waited for. */
final class SerialText implements Chardev {

    private static final long PATIENCE = 40;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition more = lock.newCondition();
    private final StringBuilder text = new StringBuilder();
    private @Nullable Receiver receiver;
    private String over = "";

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

    @Override
    public void receiver(Receiver to) {
        receiver = to;
    }

    /** Types a character; the guest is to have taken the one before. */
    void type(char typed) {
        if (receiver != null) {
            receiver.receive(typed);
        }
    }

    /** Everything printed up to now. */
    String text() {
        lock.lock();
        try {
            return text.toString();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until so many characters have been printed; exactly these. */
    String awaitFirst(int length) throws InterruptedException {
        lock.lock();
        try {
            long left = TimeUnit.SECONDS.toNanos(PATIENCE);
            while (text.length() < length) {
                check(left, length + " characters");
                left = more.awaitNanos(left);
            }
            return text.substring(0, length);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until a text has been printed behind the first so many characters. */
    String awaitText(String wanted, int from) throws InterruptedException {
        lock.lock();
        try {
            long left = TimeUnit.SECONDS.toNanos(PATIENCE);
            while (text.indexOf(wanted, from) < 0) {
                check(left, "'" + wanted + "'");
                left = more.awaitNanos(left);
            }
            return text.substring(0, text.indexOf(wanted, from) + wanted.length());
        } finally {
            lock.unlock();
        }
    }

    private void check(long left, String wanted) {
        if (left <= 0 || !over.isEmpty()) {
            throw new AssertionError("expected " + wanted + ", found '" + text + "' " + over);
        }
    }

    /** Nobody prints any more. */
    void over(String why) {
        lock.lock();
        try {
            over = why;
            more.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {}
}
