package dev.ferry.vmm.chardev;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Bytes on their way to somebody who may be slow to take them. A writer waits a little while the
 * queue is full; when that does not help, bytes are lost until there is room again, as on a serial
 * line that nobody listens to, rather than that the machine stands still.
 */
final class OutputQueue implements AutoCloseable {

    private static final int BYTES = 1 << 16;
    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long LAST_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final byte[] ring = new byte[BYTES];
    private final OutputStream out;
    private long written;
    private long taken;
    private boolean stuck;
    private boolean failed;
    private boolean closed;

    OutputQueue(String name, OutputStream out) {
        this.out = out;
        Thread.ofPlatform().daemon().name(name).start(this::drain);
    }

    void write(int value) {
        lock.lock();
        try {
            if (written - taken == BYTES && !stuck) {
                stuck = !awaitRoom();
            }
            if (failed || closed || written - taken == BYTES) {
                return;
            }
            stuck = false;
            ring[(int) (written++ & (BYTES - 1))] = (byte) value;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private boolean awaitRoom() {
        long left = PATIENCE_NANOS;
        try {
            while (written - taken == BYTES && !failed && left > 0) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return written - taken < BYTES;
    }

    private void drain() {
        byte[] piece = new byte[BYTES];
        while (true) {
            int length;
            lock.lock();
            try {
                while (written == taken) {
                    if (closed) {
                        return;
                    }
                    changed.awaitUninterruptibly();
                }
                length = (int) (written - taken);
                for (int i = 0; i < length; i++) {
                    piece[i] = ring[(int) ((taken + i) & (BYTES - 1))];
                }
            } finally {
                lock.unlock();
            }
            boolean ok = send(piece, length);
            lock.lock();
            try {
                // Only now: whoever waits for the queue to be empty wants the bytes to be out.
                taken += length;
                failed = !ok;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
            if (!ok) {
                return;
            }
        }
    }

    private boolean send(byte[] bytes, int length) {
        try {
            out.write(bytes, 0, length);
            out.flush();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Gives what is queued some time to get out. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
            long left = LAST_NANOS;
            while (written != taken && !failed && left > 0) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }
}
