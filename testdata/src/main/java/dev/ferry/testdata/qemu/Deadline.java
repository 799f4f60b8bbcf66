package dev.ferry.testdata.qemu;

import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;

/**
 * The end of a wait. Generous, because it is met only when something is wrong: a loaded machine is
 * not.
 */
final class Deadline {
    static final Duration PATIENCE = Duration.ofMinutes(2);

    private final long end;

    private Deadline(long end) {
        this.end = end;
    }

    static Deadline start() {
        return new Deadline(System.nanoTime() + PATIENCE.toNanos());
    }

    /** Milliseconds left, 0 when it has passed. */
    long millisLeft() {
        return Math.max(0, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime()));
    }

    /**
     * Waits for a signal; the caller holds the condition's lock and looks again afterwards.
     *
     * @return false if the deadline has passed
     */
    @SuppressWarnings("WaitNotInLoop") // the loop, with what it waits for, is the caller's
    boolean await(Condition condition) throws InterruptedIOException {
        try {
            return condition.awaitNanos(end - System.nanoTime()) > 0;
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    static InterruptedIOException interrupted() {
        Thread.currentThread().interrupt();
        return new InterruptedIOException("interrupted while waiting for QEMU");
    }
}
