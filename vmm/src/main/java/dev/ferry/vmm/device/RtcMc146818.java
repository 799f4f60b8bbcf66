package dev.ferry.vmm.device;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/**
 * The MC146818 real-time clock with 128 bytes of CMOS memory.
 *
 * <p>Time is kept as seconds ({@code baseRtc}) at an instant of the host's clock ({@code
 * lastUpdate}, ns) and the phase within a second ({@code offset}). Source: Motorola MC146818 data
 * sheet; the state's fields are those of QEMU hw/rtc/mc146818rtc.c.
 */
public final class RtcMc146818 extends Device implements PortDevice {

    private static final int SECONDS = 0;
    private static final int SECONDS_ALARM = 1;
    private static final int MINUTES = 2;
    private static final int MINUTES_ALARM = 3;
    private static final int HOURS = 4;
    private static final int HOURS_ALARM = 5;
    private static final int DAY_OF_WEEK = 6;
    private static final int DAY_OF_MONTH = 7;
    private static final int MONTH = 8;
    private static final int YEAR = 9;
    private static final int A = 10;
    private static final int B = 11;
    private static final int C = 12;
    private static final int D = 13;
    private static final int CENTURY = 0x32;
    private static final int IBM_PS2_CENTURY = 0x37;

    private static final int A_UPDATING = 0x80;
    private static final int B_SET = 0x80;
    private static final int B_PERIODIC = 0x40;
    private static final int B_ALARM = 0x20;
    private static final int B_UPDATE_ENDED = 0x10;
    private static final int B_BINARY = 0x04;
    private static final int B_24_HOURS = 0x02;
    private static final int C_ANY = 0x80;
    private static final int C_PERIODIC = 0x40;
    private static final int C_ALARM = 0x20;
    private static final int C_UPDATE_ENDED = 0x10;

    private static final long NS = 1_000_000_000L;
    private static final long UPDATE_IN_PROGRESS = 244_000;
    private static final int TICK_HERTZ = 32768;

    private final DeviceClock host;
    private final IrqLine irq;
    private final DeviceTimer periodic;
    private final DeviceTimer update;
    private final byte[] cmos = new byte[128];
    private int index;
    private long nextPeriodic;
    private int coalesced;
    private int period;
    private long baseRtc;
    private long lastUpdate;
    private long offset;
    private long nextAlarm;

    /**
     * @param host the host's clock: ns since 1970
     */
    public RtcMc146818(DeviceClock host, IrqLine irq) {
        super("mc146818rtc", 0, 3);
        this.host = host;
        this.irq = irq;
        this.periodic = host.timer(this::periodicExpired);
        this.update = host.timer(this::updateExpired);
        cmos[A] = 0x26;
        cmos[B] = B_24_HOURS;
        cmos[D] = (byte) 0x80;
        Instant now = Instant.ofEpochSecond(host.now() / NS, host.now() % NS);
        baseRtc = now.getEpochSecond();
        lastUpdate = host.now();
        show();
        arm();
    }

    /** A byte of CMOS memory, as firmware leaves it for the operating system. */
    public void cmos(int at, int value) {
        cmos[at] = (byte) value;
    }

    /** A byte of CMOS memory. */
    public int cmos(int at) {
        return cmos[at] & 0xff;
    }

    @Override
    protected void state(StateFields f) {
        if (!f.loading()) {
            show();
        }
        f.buffer("cmos_data", cmos);
        index = f.u8("cmos_index", index, 0, 255);
        f.unused("unused[0]", 28);
        periodic.restore(f.timer("periodic_timer", periodic.due()));
        nextPeriodic = f.i64("next_periodic_time", nextPeriodic);
        f.unused("unused[1]", 24);
        coalesced = f.u32("irq_coalesced", coalesced);
        period = f.u32("period", period);
        baseRtc = f.u64("base_rtc", baseRtc);
        lastUpdate = f.u64("last_update", lastUpdate);
        offset = f.i64("offset", offset);
        update.restore(f.timer("update_timer", update.due()));
        nextAlarm = f.u64("next_alarm_time", nextAlarm);
        f.subsection(
                "mc146818rtc/irq_reinject_on_ack_count",
                1,
                kept.numbers("+mc146818rtc/irq_reinject_on_ack_count/irq_reinject_on_ack_count")
                        != null,
                s -> s.kept16("irq_reinject_on_ack_count", 0));
    }

    @Override
    public void reset() {
        super.reset();
        cmos[B] &= ~(B_PERIODIC | B_ALARM | 0x08);
        cmos[C] = 0;
        irq.set(false);
        periodicTimer();
        arm();
    }

    @Override
    public void loaded() {
        // The time of day goes by the host's clock; the phase of the periodic timer does, too.
        irq.set((cmos[C] & C_ANY) != 0);
    }

    private boolean running() {
        return (cmos[A] & 0x70) <= 0x20 && (cmos[B] & B_SET) == 0;
    }

    /** ns since 1970 as the guest's clock has it. */
    private long guestNs() {
        return baseRtc * NS + host.now() - lastUpdate + offset;
    }

    private int toRegister(int value) {
        return (cmos[B] & B_BINARY) != 0 ? value : value / 10 << 4 | value % 10;
    }

    private int fromRegister(int value) {
        if ((value & 0xc0) == 0xc0) {
            return -1;
        }
        return (cmos[B] & B_BINARY) != 0 ? value : (value >> 4) * 10 + (value & 0x0f);
    }

    /** Puts the time into the registers, if the clock goes. */
    private void show() {
        if (running()) {
            show(LocalDateTime.ofEpochSecond(guestNs() / NS, 0, ZoneOffset.UTC));
        }
    }

    private void show(LocalDateTime time) {
        cmos[SECONDS] = (byte) toRegister(time.getSecond());
        cmos[MINUTES] = (byte) toRegister(time.getMinute());
        if ((cmos[B] & B_24_HOURS) != 0) {
            cmos[HOURS] = (byte) toRegister(time.getHour());
        } else {
            int hour = time.getHour() % 12 == 0 ? 12 : time.getHour() % 12;
            cmos[HOURS] = (byte) (toRegister(hour) | (time.getHour() >= 12 ? 0x80 : 0));
        }
        cmos[DAY_OF_WEEK] = (byte) toRegister(time.getDayOfWeek().getValue() % 7 + 1);
        cmos[DAY_OF_MONTH] = (byte) toRegister(time.getDayOfMonth());
        cmos[MONTH] = (byte) toRegister(time.getMonthValue());
        cmos[YEAR] = (byte) toRegister(time.getYear() % 100);
        cmos[CENTURY] = (byte) toRegister(time.getYear() / 100);
    }

    private int hour(int register) {
        int hour = fromRegister(register & 0x7f);
        if ((cmos[B] & B_24_HOURS) == 0) {
            hour %= 12;
            if ((register & 0x80) != 0) {
                hour += 12;
            }
        }
        return hour;
    }

    /** Takes the time from the registers. */
    private void take() {
        int year = fromRegister(cmos(YEAR)) + fromRegister(cmos(CENTURY)) * 100;
        try {
            LocalDateTime time =
                    LocalDateTime.of(
                            year,
                            fromRegister(cmos(MONTH)),
                            fromRegister(cmos(DAY_OF_MONTH)),
                            hour(cmos(HOURS)),
                            fromRegister(cmos(MINUTES)),
                            fromRegister(cmos(SECONDS)));
            baseRtc = time.toEpochSecond(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            // A time that does not exist: the clock goes on from where it was.
            baseRtc = guestNs() / NS;
        }
        lastUpdate = host.now();
    }

    /** Rewrites the periodic timer after a change of its rate or its enable bit. */
    private void periodicTimer() {
        int rate = cmos[A] & 0x0f;
        if (rate == 0 || (cmos[B] & B_PERIODIC) == 0) {
            periodic.cancel();
            period = 0;
            return;
        }
        if (rate <= 2) {
            rate += 7;
        }
        int ticks = 1 << (rate - 1);
        long now = host.now() / NS * TICK_HERTZ + host.now() % NS * TICK_HERTZ / NS;
        long next = (now & -(long) ticks) + ticks;
        period = ticks;
        nextPeriodic = next / TICK_HERTZ * NS + next % TICK_HERTZ * NS / TICK_HERTZ + 1;
        periodic.at(nextPeriodic);
    }

    private void periodicExpired() {
        periodicTimer();
        cmos[C] |= C_PERIODIC;
        if ((cmos[B] & B_PERIODIC) != 0) {
            cmos[C] |= (byte) C_ANY;
            irq.set(true);
        }
    }

    /** Sets the timer of updates, if anything depends on one. */
    private void arm() {
        if ((cmos[A] & 0x60) == 0x60 || (cmos[B] & B_SET) != 0) {
            update.cancel();
            return;
        }
        // Without an interrupt or a flag to set there is nothing to do before the alarm.
        if ((cmos[C] & C_UPDATE_ENDED) != 0 && (cmos[C] & C_ALARM) != 0) {
            update.cancel();
            return;
        }
        long guest = guestNs();
        long nextSecond = NS - guest % NS;
        nextAlarm = host.now() + nextSecond + (secondsToAlarm() - 1) * NS;
        long next = host.now() + nextSecond;
        if ((cmos[C] & C_UPDATE_ENDED) != 0) {
            next = nextAlarm;
        }
        update.at(next);
    }

    /** How many seconds on, at least 1, the alarm is; up to a day. */
    private long secondsToAlarm() {
        LocalDateTime now = LocalDateTime.ofEpochSecond(guestNs() / NS, 0, ZoneOffset.UTC);
        int start = now.toLocalTime().toSecondOfDay();
        int hour = alarm(HOURS_ALARM);
        int minute = alarm(MINUTES_ALARM);
        int second = alarm(SECONDS_ALARM);
        for (int ahead = 1; ahead <= 86400; ahead++) {
            int at = (start + ahead) % 86400;
            if ((hour < 0 || at / 3600 == hour)
                    && (minute < 0 || at / 60 % 60 == minute)
                    && (second < 0 || at % 60 == second)) {
                return ahead;
            }
        }
        return 86400;
    }

    private int alarm(int register) {
        int value = cmos(register);
        if ((value & 0xc0) == 0xc0) {
            return -1;
        }
        return register == HOURS_ALARM ? hour(value) : fromRegister(value);
    }

    private void updateExpired() {
        int causes = C_UPDATE_ENDED;
        cmos[C] |= C_UPDATE_ENDED;
        if (host.now() >= nextAlarm) {
            causes |= C_ALARM;
            cmos[C] |= C_ALARM;
        }
        show();
        // Causes and their enable bits have the same places.
        if ((causes & cmos[B]) != 0) {
            cmos[C] |= (byte) C_ANY;
            irq.set(true);
        }
        arm();
    }

    private boolean updating() {
        if (!running()) {
            return false;
        }
        long toNext = NS - guestNs() % NS;
        return toNext <= UPDATE_IN_PROGRESS;
    }

    @Override
    public int in(int port, int size) {
        if ((port & 1) == 0) {
            return 0xff;
        }
        int at = index == IBM_PS2_CENTURY ? CENTURY : index;
        return switch (at) {
            case SECONDS, MINUTES, HOURS, DAY_OF_WEEK, DAY_OF_MONTH, MONTH, YEAR, CENTURY -> {
                show();
                yield cmos(at);
            }
            case A -> (cmos(A) & ~A_UPDATING) | (updating() ? A_UPDATING : 0);
            case C -> causes();
            default -> cmos(at);
        };
    }

    /** Register C, which reading clears. */
    private int causes() {
        int value = cmos(C);
        irq.set(false);
        cmos[C] = 0;
        if ((value & (C_UPDATE_ENDED | C_ALARM)) != 0) {
            arm();
        }
        return value;
    }

    @Override
    public void out(int port, int size, int value) {
        if ((port & 1) == 0) {
            index = value & 0x7f;
            return;
        }
        int byteValue = value & 0xff;
        int at = index == IBM_PS2_CENTURY ? CENTURY : index;
        switch (at) {
            case SECONDS_ALARM, MINUTES_ALARM, HOURS_ALARM -> {
                cmos[at] = (byte) byteValue;
                arm();
            }
            case SECONDS, MINUTES, HOURS, DAY_OF_WEEK, DAY_OF_MONTH, MONTH, YEAR, CENTURY -> {
                cmos[at] = (byte) byteValue;
                if (running()) {
                    take();
                    arm();
                }
            }
            case A -> registerA(byteValue);
            case B -> registerB(byteValue);
            case C, D -> {
                // For reading.
            }
            default -> cmos[at] = (byte) byteValue;
        }
    }

    private void registerA(int value) {
        if ((value & 0x60) == 0x60) {
            if (running()) {
                show();
            }
            // The divider is held in reset: half a second after it is let go comes an update.
            cmos[A] = (byte) (value & ~A_UPDATING);
            update.cancel();
        } else if ((cmos[A] & 0x60) == 0x60 && (value & 0x70) <= 0x20) {
            cmos[A] = (byte) (value & ~A_UPDATING);
            offset = NS / 2;
            if ((cmos[B] & B_SET) == 0) {
                long half = offset;
                take();
                offset = half;
            }
            arm();
        } else {
            cmos[A] = (byte) (value & ~A_UPDATING);
        }
        periodicTimer();
        arm();
    }

    private void registerB(int value) {
        if ((value & B_SET) != 0) {
            show();
            cmos[B] = (byte) (value & ~B_UPDATE_ENDED);
        } else if ((cmos[B] & B_SET) != 0 && (cmos[A] & 0x70) <= 0x20) {
            // What was written while it stood is the time now; the phase stays.
            long phase = guestNs() % NS;
            cmos[B] = (byte) value;
            take();
            offset = phase;
        } else {
            cmos[B] = (byte) value;
        }
        if ((value & cmos[C] & (C_PERIODIC | C_ALARM | C_UPDATE_ENDED)) != 0) {
            cmos[C] |= (byte) C_ANY;
            irq.set(true);
        } else {
            cmos[C] &= ~(byte) C_ANY;
            irq.set(false);
        }
        periodicTimer();
        arm();
    }
}
