package dev.ferry.vmm.device;

import java.util.PriorityQueue;
import java.util.function.LongSupplier;

/**
 * A clock in nanoseconds with timers on it. The machine's virtual clock stands while the guest
 * does; the host's clock for the RTC never stands.
 *
 * <p>Not for concurrent use: it belongs to who holds the machine's lock. The machine's timer thread
 * calls {@link #runDue} when {@link #nextDue} has come; {@code changed} tells it to look again.
 */
public final class DeviceClock {

    private final LongSupplier source;
    private final Runnable changed;
    private final PriorityQueue<DeviceTimer> due = new PriorityQueue<>();

    /** Clock time while it stands. */
    private long stood;

    /** What to add to the source while it runs. */
    private long offset;

    private boolean running;
    private long sequence;

    /**
     * A clock that stands at 0.
     *
     * @param source nanoseconds that only go up, such as {@link System#nanoTime}
     * @param changed called when an earlier timer than all others was set
     */
    public DeviceClock(LongSupplier source, Runnable changed) {
        this.source = source;
        this.changed = changed;
    }

    /** Nanoseconds now. */
    public long now() {
        return running ? source.getAsLong() + offset : stood;
    }

    /** Whether it runs. */
    public boolean running() {
        return running;
    }

    /** Sets the time of a clock that stands. */
    public void set(long ns) {
        if (running) {
            throw new IllegalStateException("the clock runs");
        }
        stood = ns;
    }

    /** Lets it run on from where it stands. */
    public void start() {
        if (!running) {
            offset = stood - source.getAsLong();
            running = true;
            changed.run();
        }
    }

    /** Makes it stand. */
    public void stop() {
        if (running) {
            stood = now();
            running = false;
        }
    }

    /** A timer, not set. The action runs with the machine's lock held. */
    public DeviceTimer timer(Runnable action) {
        return new DeviceTimer(this, action);
    }

    /** When the next timer is due, or {@link Long#MAX_VALUE}. */
    public long nextDue() {
        DeviceTimer first = due.peek();
        return first == null ? Long.MAX_VALUE : first.due();
    }

    /** Runs what is due by now. */
    public void runDue() {
        long now = now();
        for (DeviceTimer first = due.peek();
                first != null && first.due() <= now;
                first = due.peek()) {
            due.poll();
            first.fire();
        }
    }

    void add(DeviceTimer timer) {
        due.add(timer);
        if (due.peek() == timer) {
            changed.run();
        }
    }

    void remove(DeviceTimer timer) {
        due.remove(timer);
    }

    long nextSequence() {
        return sequence++;
    }
}
