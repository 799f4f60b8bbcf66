package dev.ferry.vmm.machine;

import dev.ferry.vmm.device.Device;
import dev.ferry.vmm.device.StateFields;

/** The clocks where the machine stands: {@code timer} (QEMU softmmu/cpus.c, vmstate_timers). */
final class TimerSection extends Device {

    /** Time stamp counter. */
    long ticks;

    /** Virtual clock, ns. */
    long clock;

    TimerSection() {
        super("timer", 0, 2);
    }

    @Override
    protected void state(StateFields f) {
        ticks = f.i64("cpu_ticks_offset", ticks);
        f.unused("unused", 8);
        clock = f.i64("cpu_clock_offset", clock);
    }
}
