package dev.ferry.vmm.device;

import dev.ferry.vmm.memory.MmioDevice;
import java.util.function.IntFunction;

/**
 * The high precision event timer: a counter of 100 MHz and three comparators.
 *
 * <p>Source: IA-PC HPET specification 1.0a; the state's fields are those of QEMU hw/timer/hpet.c.
 */
public final class Hpet extends Device implements MmioDevice {

    private static final int COMPARATORS = 3;
    private static final long PERIOD_NS = 10;
    private static final long CAPABILITY =
            0x8086a001L | ((COMPARATORS - 1) << 8) | (10_000_000L << 32);
    private static final int ENABLE = 1;
    private static final int LEGACY = 2;
    private static final int LEVEL = 0x002;
    private static final int TIMER_ENABLE = 0x004;
    private static final int PERIODIC = 0x008;
    private static final int PERIODIC_CAPABLE = 0x010;
    private static final int SIZE_64 = 0x020;
    private static final int SET_VALUE = 0x040;
    private static final int MODE_32 = 0x100;
    private static final long WRITABLE = 0x7f4e;

    private final class Comparator {
        final int number;
        final DeviceTimer timer = clock.timer(this::expired);
        long config;
        long compare;
        long fsb;
        long period;
        boolean wrap;

        Comparator(int number) {
            this.number = number;
        }

        void state(StateFields f) {
            f.u8("tn", number, number, number);
            config = f.u64("config", config);
            compare = f.u64("cmp", compare);
            fsb = f.u64("fsb", fsb);
            period = f.u64("period", period);
            wrap = f.flag8("wrap_flag", wrap);
            timer.restore(f.timer("qemu_timer", timer.due()));
        }

        void reset() {
            config = PERIODIC_CAPABLE | SIZE_64 | interrupts << 32;
            compare = -1;
            fsb = 0;
            period = 0;
            wrap = false;
            timer.cancel();
        }

        boolean narrow() {
            return (config & MODE_32) != 0;
        }

        boolean periodic() {
            return (config & PERIODIC) != 0;
        }

        private long distance(long now) {
            if (narrow()) {
                int distance = (int) compare - (int) now;
                return distance > 0 ? distance : distance & 0xffffffffL;
            }
            long distance = compare - now;
            return distance > 0 ? distance : 0;
        }

        void schedule() {
            if ((generalConfig & ENABLE) == 0 || (config & TIMER_ENABLE) == 0 && !periodic()) {
                timer.cancel();
                return;
            }
            long ns = Math.min(distance(ticks()), Long.MAX_VALUE / 16 / PERIOD_NS) * PERIOD_NS;
            timer.at(clock.now() + ns);
        }

        private void expired() {
            if (periodic() && period != 0) {
                long now = ticks();
                if (narrow()) {
                    while ((int) (now - compare) >= 0) {
                        compare = compare + period & 0xffffffffL;
                    }
                } else {
                    long behind = now - compare;
                    if (behind >= 0) {
                        compare += (behind / period + 1) * period;
                    }
                }
                schedule();
            }
            interrupt(true);
        }

        private IrqLine line() {
            if ((generalConfig & LEGACY) != 0 && number <= 1) {
                return irqs.apply(number == 0 ? 0 : 8);
            }
            return irqs.apply((int) (config >> 9) & 0x1f);
        }

        void interrupt(boolean asked) {
            long bit = 1L << number;
            boolean level = (config & LEVEL) != 0;
            if (!asked || (config & TIMER_ENABLE) == 0 || (generalConfig & ENABLE) == 0) {
                status &= ~bit;
                line().set(false);
            } else if (level) {
                status |= bit;
                line().set(true);
            } else {
                line().pulse();
            }
        }
    }

    private final DeviceClock clock;
    private final IntFunction<IrqLine> irqs;
    private final long interrupts;
    private final Pit8254 pit;
    private final Comparator[] comparators = new Comparator[COMPARATORS];
    private long generalConfig;
    private long status;
    private long counter;
    private long offset;
    private boolean rtcLevel;

    /**
     * @param irqs interrupt lines by number
     * @param interrupts bits of those that comparators can be routed to
     * @param pit stands back while this replaces it
     */
    public Hpet(DeviceClock clock, IntFunction<IrqLine> irqs, long interrupts, Pit8254 pit) {
        super("hpet", 0, 2);
        this.clock = clock;
        this.irqs = irqs;
        this.interrupts = interrupts;
        this.pit = pit;
        for (int i = 0; i < COMPARATORS; i++) {
            comparators[i] = new Comparator(i);
            comparators[i].reset();
        }
    }

    @Override
    protected void state(StateFields f) {
        if (!f.loading() && running()) {
            counter = ticks();
        }
        generalConfig = f.u64("config", generalConfig);
        status = f.u64("isr", status);
        counter = f.u64("hpet_counter", counter);
        f.u8(
                f.has("num_timers", f.line() == QemuLine.V7_2) ? "num_timers" : "num_timers_save",
                COMPARATORS,
                COMPARATORS,
                COMPARATORS);
        f.structs("timer", "hpet_timer", 1, COMPARATORS, true, (s, i) -> comparators[i].state(s));
        boolean rtc =
                f.subsection(
                        "hpet/rtc_irq_level",
                        1,
                        rtcLevel,
                        s -> rtcLevel = s.flag8("rtc_irq_level", rtcLevel));
        rtcLevel &= rtc;
        boolean known =
                f.subsection(
                        "hpet/offset", 1, running(), s -> offset = s.u64("hpet_offset", offset));
        if (f.loading() && !known) {
            offset = counter * PERIOD_NS - clock.now();
        }
    }

    @Override
    public void reset() {
        super.reset();
        for (Comparator comparator : comparators) {
            comparator.reset();
        }
        boolean replaced = (generalConfig & LEGACY) != 0;
        generalConfig = 0;
        status = 0;
        counter = 0;
        offset = 0;
        rtcLevel = false;
        if (replaced) {
            pit.irqDisabled(false);
        }
    }

    private boolean running() {
        return (generalConfig & ENABLE) != 0;
    }

    private long ticks() {
        return (clock.now() + offset) / PERIOD_NS;
    }

    @Override
    public long read(long offset, int size) {
        long word = word((int) offset & ~7);
        long shifted = word >>> 8 * (offset & 7);
        return size == 8 ? shifted : shifted & (1L << 8 * size) - 1;
    }

    private long word(int at) {
        if (at >= 0x100) {
            int number = at - 0x100 >> 5;
            if (number >= COMPARATORS) {
                return 0;
            }
            Comparator comparator = comparators[number];
            return switch (at & 0x18) {
                case 0x00 -> comparator.config;
                case 0x08 -> comparator.compare;
                case 0x10 -> comparator.fsb;
                default -> 0;
            };
        }
        return switch (at) {
            case 0x00 -> CAPABILITY;
            case 0x10 -> generalConfig;
            case 0x20 -> status;
            case 0xf0 -> running() ? ticks() : counter;
            default -> 0;
        };
    }

    @Override
    public void write(long offset, int size, long value) {
        if (size < 4) {
            return;
        }
        int at = (int) offset & ~7;
        long mask = size == 8 ? -1 : 0xffffffffL << 8 * (offset & 4);
        long data = size == 8 ? value : value << 8 * (offset & 4);
        if (at >= 0x100) {
            int number = at - 0x100 >> 5;
            if (number < COMPARATORS) {
                comparator(comparators[number], at & 0x18, mask, data & mask);
            }
            return;
        }
        switch (at) {
            case 0x10 -> general(generalConfig & ~mask | data & mask & 3);
            case 0x20 -> {
                for (Comparator comparator : comparators) {
                    if ((data & mask & status & 1L << comparator.number) != 0) {
                        comparator.interrupt(false);
                    }
                }
            }
            case 0xf0 -> {
                if (!running()) {
                    counter = counter & ~mask | data & mask;
                }
            }
            default -> {
                // For reading, or nothing.
            }
        }
    }

    private void general(long value) {
        long old = generalConfig;
        generalConfig = value;
        if ((old & ENABLE) == 0 && running()) {
            offset = counter * PERIOD_NS - clock.now();
            for (Comparator comparator : comparators) {
                if ((comparator.config & TIMER_ENABLE) != 0) {
                    comparator.schedule();
                }
            }
        } else if ((old & ENABLE) != 0 && !running()) {
            counter = (clock.now() + offset) / PERIOD_NS;
            for (Comparator comparator : comparators) {
                comparator.timer.cancel();
            }
        }
        if (((old ^ value) & LEGACY) != 0) {
            pit.irqDisabled((value & LEGACY) != 0);
        }
    }

    private void comparator(Comparator c, int register, long mask, long data) {
        switch (register) {
            case 0x00 -> {
                long old = c.config;
                long written = old & ~mask | data;
                c.config = old & ~WRITABLE | written & WRITABLE;
                if ((old & LEVEL) != 0
                        && (c.config & (LEVEL | TIMER_ENABLE)) != (LEVEL | TIMER_ENABLE)) {
                    c.interrupt(false);
                }
                if (c.narrow()) {
                    c.compare &= 0xffffffffL;
                    c.period &= 0xffffffffL;
                }
                if (running()) {
                    if ((c.config & TIMER_ENABLE) != 0) {
                        c.schedule();
                    } else {
                        c.timer.cancel();
                    }
                }
            }
            case 0x08 -> {
                if (c.narrow() && (mask & 0xffffffffL) == 0) {
                    return;
                }
                if (!c.periodic() || (c.config & SET_VALUE) != 0) {
                    c.compare = c.compare & ~mask | data;
                    if (c.narrow()) {
                        c.compare &= 0xffffffffL;
                    }
                }
                if (c.periodic()) {
                    c.period = c.period & ~mask | data;
                    if (c.narrow()) {
                        c.period &= 0xffffffffL;
                    }
                }
                // The upper half of a 64-bit value is still to come.
                if ((mask & 0xffffffff00000000L) != 0 || c.narrow()) {
                    c.config &= ~SET_VALUE;
                }
                if (running()) {
                    c.schedule();
                }
            }
            case 0x10 -> c.fsb = c.fsb & ~mask | data;
            default -> {
                // Nothing there.
            }
        }
    }
}
