package dev.ferry.vmm.device;

/**
 * ACPI's fixed registers: PM1 events and control, and the power management timer.
 *
 * <p>Source: ACPI specification 6.5, section 4.8; the state's fields are those of QEMU
 * hw/acpi/core.c.
 */
final class AcpiRegisters {

    private static final long TIMER_HERTZ = 3579545;
    private static final long NS = 1_000_000_000L;
    private static final int TIMER_STATUS = 0x0001;
    private static final int POWER_BUTTON = 0x0100;
    private static final int WAKE_STATUS = 0x8000;
    private static final int EVENTS = 0x0001 | 0x0020 | POWER_BUTTON | 0x0400;
    private static final int SCI_ENABLE = 0x0001;
    private static final int SLEEP_ENABLE = 0x2000;

    private final DeviceClock clock;
    private final MachineControl control;
    private final Runnable update;
    final DeviceTimer timer;
    int status;
    int enable;
    int pm1Control;
    long overflow;

    /**
     * @param update called when the interrupt may have changed
     */
    AcpiRegisters(DeviceClock clock, MachineControl control, Runnable update) {
        this.clock = clock;
        this.control = control;
        this.update = update;
        this.timer = clock.timer(update);
    }

    void reset() {
        status = 0;
        enable = 0;
        pm1Control = 0;
        overflow = 0;
        timer.cancel();
        update.run();
    }

    private static long muldiv(long a, long b, long c) {
        return a / c * b + a % c * b / c;
    }

    private long ticks() {
        return muldiv(clock.now(), TIMER_HERTZ, NS);
    }

    private int status() {
        if (clock.now() >= muldiv(overflow, NS, TIMER_HERTZ)) {
            status |= TIMER_STATUS;
        }
        return status;
    }

    /** Whether a PM1 event asks for the interrupt; sets the timer for the next one. */
    boolean asks() {
        int now = status();
        if ((enable & TIMER_STATUS) != 0 && (now & TIMER_STATUS) == 0) {
            timer.at(muldiv(overflow, NS, TIMER_HERTZ));
        } else {
            timer.cancel();
        }
        return (now & enable & EVENTS) != 0;
    }

    void sciEnable(boolean on) {
        pm1Control = on ? pm1Control | SCI_ENABLE : pm1Control & ~SCI_ENABLE;
    }

    void powerButton() {
        status |= POWER_BUTTON;
        update.run();
    }

    void woken() {
        status |= WAKE_STATUS;
        update.run();
    }

    /** Reads bytes of the block: status, enable, control, and the timer at 8. */
    int read(int offset, int size) {
        long all =
                switch (offset & ~3) {
                    case 0 -> status() | ((long) enable << 16);
                    case 4 -> pm1Control;
                    case 8 -> ticks() & 0xffffff;
                    default -> 0;
                };
        return (int) (all >> (8 * (offset & 3)));
    }

    void write(int offset, int size, int value) {
        switch (offset) {
            case 0 -> {
                if ((status() & value & TIMER_STATUS) != 0) {
                    overflow = (ticks() + 0x800000) & ~0x7fffffL;
                }
                status &= ~value;
                if (size == 4) {
                    enable = value >>> 16;
                }
                update.run();
            }
            case 2 -> {
                enable = value & 0xffff;
                update.run();
            }
            case 4 -> control(value & 0xffff);
            default -> {
                // The timer is for reading.
            }
        }
    }

    private void control(int value) {
        pm1Control = value & ~SLEEP_ENABLE;
        if ((value & SLEEP_ENABLE) != 0) {
            switch (value >> 10 & 7) {
                case 0, 2 -> control.requestShutdown();
                case 1 -> control.requestSuspend();
                default -> {
                    // No such sleeping state.
                }
            }
        }
    }
}
