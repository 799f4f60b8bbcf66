package dev.ferry.vmm.chardev;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.vmm.device.Chardev;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A serial port with room for a few bytes, and a guest that reads them when asked to. */
final class Guest implements Chardev.Receiver {

    private final Chardev chardev;
    private final int capacity;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition more = lock.newCondition();
    private final StringBuilder received = new StringBuilder();

    Guest(Chardev chardev, int capacity) {
        this.chardev = chardev;
        this.capacity = capacity;
    }

    @Override
    public int room() {
        lock.lock();
        try {
            return capacity - received.length();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void receive(int value) {
        lock.lock();
        try {
            assertTrue(received.length() < capacity, "a byte without room");
            received.append((char) value);
            more.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for that many bytes and takes them. */
    String await(int count) {
        String text;
        lock.lock();
        try {
            long left = TimeUnit.SECONDS.toNanos(30);
            while (received.length() < count) {
                assertTrue(left > 0, "no input");
                left = more.awaitNanos(left);
            }
            text = received.substring(0, count);
            received.delete(0, count);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            lock.unlock();
        }
        chardev.ready();
        return text;
    }
}
