package dev.ferry.vmm.device;

/**
 * The 8254 interval timer: three counters of 1.193182 MHz.
 *
 * <p>Source: Intel 8254 data sheet; the state's fields are those of QEMU hw/timer/i8254_common.c.
 */
public final class Pit8254 extends Device implements PortDevice {

    /** Ticks a second. */
    public static final long HERTZ = 1193182;

    private static final int HIGH = 2;
    private static final int BOTH_LOW = 3;
    private static final int BOTH_HIGH = 4;
    private static final long NS = 1_000_000_000L;

    private static final class Counter {
        /** 1 to 65536. */
        int count = 0x10000;

        int latched;
        int countLatched;
        boolean statusLatched;
        int status;
        int readState;
        int writeState;
        int writeLatch;
        int access;
        int mode = 3;
        int bcd;
        boolean gate;
        long loadTime;
        long nextTransition;
    }

    private final DeviceClock clock;
    private final IrqLine irq;
    private final DeviceTimer timer;
    private final Counter[] counters = {new Counter(), new Counter(), new Counter()};
    private boolean irqDisabled;

    /**
     * @param irq line of counter 0
     */
    public Pit8254(DeviceClock clock, IrqLine irq) {
        super("i8254", 0, 3);
        this.clock = clock;
        this.irq = irq;
        this.timer = clock.timer(this::expired);
    }

    @Override
    protected void state(StateFields f) {
        irqDisabled = f.u32("channels[0].irq_disabled", irqDisabled ? 1 : 0) != 0;
        f.structs("channels", "pit channel", 2, 3, true, (s, i) -> counter(s, counters[i]));
        counters[0].nextTransition =
                f.i64("channels[0].next_transition_time", counters[0].nextTransition);
    }

    private static void counter(StateFields f, Counter c) {
        c.count = f.i32("count", c.count, 1, 0x10000);
        c.latched = f.u16("latched_count", c.latched);
        c.countLatched = f.u8("count_latched", c.countLatched, 0, BOTH_HIGH);
        c.statusLatched = f.flag8("status_latched", c.statusLatched);
        c.status = f.u8("status", c.status);
        c.readState = f.u8("read_state", c.readState, 0, BOTH_HIGH);
        c.writeState = f.u8("write_state", c.writeState, 0, BOTH_HIGH);
        c.writeLatch = f.u8("write_latch", c.writeLatch);
        c.access = f.u8("rw_mode", c.access, 0, BOTH_HIGH);
        c.mode = f.u8("mode", c.mode, 0, 7);
        c.bcd = f.u8("bcd", c.bcd);
        c.gate = f.flag8("gate", c.gate);
        c.loadTime = f.i64("count_load_time", c.loadTime);
        c.nextTransition = f.i64("next_transition_time", c.nextTransition);
    }

    @Override
    public void reset() {
        super.reset();
        long now = clock.now();
        for (int i = 0; i < 3; i++) {
            Counter c = new Counter();
            counters[i] = c;
            c.gate = i != 2;
            c.loadTime = now;
        }
        irqDisabled = false;
        counters[0].nextTransition = nextTransition(counters[0], now);
        timer.restore(counters[0].nextTransition);
    }

    @Override
    public void loaded() {
        if (irqDisabled) {
            timer.cancel();
        } else {
            timer.restore(counters[0].nextTransition);
        }
    }

    private static long ticks(Counter c, long now) {
        return muldiv(now - c.loadTime, HERTZ, NS);
    }

    /** a * b / c without overflow; rounds down. */
    private static long muldiv(long a, long b, long c) {
        return a / c * b + a % c * b / c;
    }

    private static int count(Counter c, long now) {
        long d = ticks(c, now);
        return switch (c.mode) {
            case 0, 1, 4, 5 -> (int) ((c.count - d) & 0xffff);
            case 3, 7 -> c.count - (int) ((2 * d) % c.count);
            default -> c.count - (int) (d % c.count);
        };
    }

    private static boolean output(Counter c, long now) {
        long d = ticks(c, now);
        return switch (c.mode) {
            case 0, 1 -> d >= c.count;
            case 2, 6 -> d % c.count == 0 && d != 0;
            case 3, 7 -> d % c.count < (c.count + 1) >> 1;
            default -> d == c.count;
        };
    }

    /** When the output changes next, -1 if never. */
    private static long nextTransition(Counter c, long now) {
        long d = ticks(c, now);
        long next;
        switch (c.mode) {
            case 0, 1 -> {
                if (d >= c.count) {
                    return -1;
                }
                next = c.count;
            }
            case 2, 6 -> {
                long base = d / c.count * c.count;
                next = d - base == 0 && d != 0 ? base + c.count : base + c.count + 1;
            }
            case 3, 7 -> {
                long base = d / c.count * c.count;
                long half = (c.count + 1L) >> 1;
                next = d - base < half ? base + half : base + c.count;
            }
            default -> {
                if (d < c.count) {
                    next = c.count;
                } else if (d == c.count) {
                    next = c.count + 1L;
                } else {
                    return -1;
                }
            }
        }
        long time = c.loadTime + muldiv(next, NS, HERTZ);
        return time <= now ? now + 1 : time;
    }

    private void expired() {
        schedule(counters[0], counters[0].nextTransition);
    }

    /** Sets counter 0's line as it is at {@code now}, and the timer for its next change. */
    private void schedule(Counter c, long now) {
        if (irqDisabled) {
            return;
        }
        long next = nextTransition(c, now);
        irq.set(output(c, now));
        c.nextTransition = next;
        timer.restore(next);
    }

    /** Stands back for another timer that takes over line 0, as the HPET's legacy mode does. */
    public void irqDisabled(boolean disabled) {
        irqDisabled = disabled;
        if (disabled) {
            timer.cancel();
        } else {
            schedule(counters[0], clock.now());
        }
    }

    private void load(int index, int value) {
        Counter c = counters[index];
        c.loadTime = clock.now();
        c.count = value == 0 ? 0x10000 : value;
        if (index == 0) {
            schedule(c, c.loadTime);
        }
    }

    private static void latch(Counter c, long now) {
        if (c.countLatched == 0) {
            c.latched = count(c, now) & 0xffff;
            c.countLatched = c.access;
        }
    }

    @Override
    public int in(int port, int size) {
        if (port == 3) {
            return 0;
        }
        Counter c = counters[port & 3];
        if (c.statusLatched) {
            c.statusLatched = false;
            return c.status;
        }
        if (c.countLatched != 0) {
            return latched(c);
        }
        int count = count(c, clock.now());
        boolean high = c.readState == HIGH || c.readState == BOTH_HIGH;
        if (c.readState == BOTH_LOW) {
            c.readState = BOTH_HIGH;
        } else if (c.readState == BOTH_HIGH) {
            c.readState = BOTH_LOW;
        }
        return high ? (count >> 8) & 0xff : count & 0xff;
    }

    /** The next byte of a latched count. */
    private static int latched(Counter c) {
        int which = c.countLatched;
        c.countLatched = which == BOTH_LOW ? HIGH : 0;
        return which == HIGH ? c.latched >> 8 : c.latched & 0xff;
    }

    @Override
    public void out(int port, int size, int value) {
        int byteValue = value & 0xff;
        if (port == 3) {
            control(byteValue);
            return;
        }
        Counter c = counters[port & 3];
        switch (c.writeState) {
            case HIGH -> load(port, byteValue << 8);
            case BOTH_LOW -> {
                c.writeLatch = byteValue;
                c.writeState = BOTH_HIGH;
            }
            case BOTH_HIGH -> {
                load(port, c.writeLatch | byteValue << 8);
                c.writeState = BOTH_LOW;
            }
            default -> load(port, byteValue);
        }
    }

    private void control(int value) {
        int index = value >> 6;
        if (index == 3) {
            readBack(value);
            return;
        }
        Counter c = counters[index];
        int access = (value >> 4) & 3;
        if (access == 0) {
            latch(c, clock.now());
            return;
        }
        c.access = access;
        c.readState = access;
        c.writeState = access;
        c.mode = (value >> 1) & 7;
        c.bcd = value & 1;
    }

    private void readBack(int value) {
        long now = clock.now();
        for (int i = 0; i < 3; i++) {
            if ((value & (2 << i)) == 0) {
                continue;
            }
            Counter c = counters[i];
            if ((value & 0x20) == 0) {
                latch(c, now);
            }
            if ((value & 0x10) == 0 && !c.statusLatched) {
                c.status = (output(c, now) ? 0x80 : 0) | c.access << 4 | c.mode << 1 | c.bcd;
                c.statusLatched = true;
            }
        }
    }

    /** The gate of counter 2, which port 0x61 has. */
    boolean gate() {
        return counters[2].gate;
    }

    /** Sets the gate of counter 2: a rising edge starts what waits for one. */
    void gate(boolean level) {
        Counter c = counters[2];
        if (level && !c.gate) {
            switch (c.mode) {
                case 1, 2, 3, 5, 6, 7 -> c.loadTime = clock.now();
                default -> {
                    // Modes 0 and 4 only stop counting, which is not modelled.
                }
            }
        }
        c.gate = level;
    }

    /** The output of counter 2. */
    boolean output() {
        return output(counters[2], clock.now());
    }
}
