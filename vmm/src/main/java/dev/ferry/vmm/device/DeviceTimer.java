package dev.ferry.vmm.device;

/** Something that happens at a time of a {@link DeviceClock}. */
public final class DeviceTimer implements Comparable<DeviceTimer> {

    private final DeviceClock clock;
    private final Runnable action;
    private long due = -1;
    private long order;

    DeviceTimer(DeviceClock clock, Runnable action) {
        this.clock = clock;
        this.action = action;
    }

    /** Sets it, whether it was set before or not. */
    public void at(long ns) {
        cancel();
        due = Math.max(0, ns);
        order = clock.nextSequence();
        clock.add(this);
    }

    /** Sets it as a stream has it: -1 is not set. */
    public void restore(long ns) {
        if (ns == -1) {
            cancel();
        } else {
            at(ns);
        }
    }

    /** It does not happen. */
    public void cancel() {
        if (due != -1) {
            clock.remove(this);
            due = -1;
        }
    }

    /** When it is due, -1 if it is not set. */
    public long due() {
        return due;
    }

    /** Whether it is set. */
    public boolean pending() {
        return due != -1;
    }

    void fire() {
        due = -1;
        action.run();
    }

    @Override
    public int compareTo(DeviceTimer other) {
        int byTime = Long.compare(due, other.due);
        return byTime != 0 ? byTime : Long.compare(order, other.order);
    }

    @Override
    public boolean equals(@org.jspecify.annotations.Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
