package dev.ferry.vmm.device;

import java.util.concurrent.locks.Lock;

/**
 * A 16550A serial port on the ISA bus.
 *
 * <p>What the guest sends goes to the {@link Chardev} at once, so its transmitter is always empty
 * when it looks. Source: National Semiconductor PC16550D data sheet; the state's fields are those
 * of QEMU hw/char/serial.c.
 */
public final class Serial16550 extends Device implements PortDevice {

    private static final int IER_RECEIVE = 0x01;
    private static final int IER_TRANSMIT = 0x02;
    private static final int IER_LINE = 0x04;
    private static final int IER_MODEM = 0x08;

    private static final int IIR_MODEM = 0x00;
    private static final int IIR_NONE = 0x01;
    private static final int IIR_TRANSMIT = 0x02;
    private static final int IIR_RECEIVE = 0x04;
    private static final int IIR_LINE = 0x06;
    private static final int IIR_TIMEOUT = 0x0c;
    private static final int IIR_FIFOS = 0xc0;

    private static final int FCR_ENABLE = 0x01;
    private static final int FCR_CLEAR_RECEIVE = 0x02;
    private static final int FCR_CLEAR_TRANSMIT = 0x04;

    private static final int LCR_DLAB = 0x80;
    private static final int LCR_BREAK = 0x40;

    private static final int MCR_LOOP = 0x10;

    private static final int LSR_DATA = 0x01;
    private static final int LSR_OVERRUN = 0x02;
    private static final int LSR_BREAK = 0x10;
    private static final int LSR_ANY_ERROR = 0x1e;
    private static final int LSR_HOLDING_EMPTY = 0x20;
    private static final int LSR_EMPTY = 0x40;

    private static final int MSR_CTS = 0x10;
    private static final int MSR_DSR = 0x20;
    private static final int MSR_DCD = 0x80;
    private static final int MSR_ANY_DELTA = 0x0f;

    private static final int FIFO_BYTES = 16;
    private static final long NS = 1_000_000_000L;

    private final DeviceClock clock;
    private final IrqLine irq;
    private final Chardev chardev;
    private final DeviceTimer fifoTimeout;
    private final Fifo8 receiveFifo = new Fifo8(FIFO_BYTES);
    private final Fifo8 transmitFifo = new Fifo8(FIFO_BYTES);

    private int divider;
    private int rbr;
    private int thr;
    private int tsr;
    private int ier;
    private int iir;
    private int lcr;
    private int mcr;
    private int lsr;
    private int msr;
    private int scr;
    private int fcr;
    private boolean thrPending;
    private boolean timeoutPending;
    private int retries;
    private int triggerLevel = 1;

    /**
     * @param instance 0 for the first serial port
     * @param lock the machine's, taken for bytes that come in
     */
    public Serial16550(int instance, DeviceClock clock, IrqLine irq, Chardev chardev, Lock lock) {
        super("serial", instance, 3);
        this.clock = clock;
        this.irq = irq;
        this.chardev = chardev;
        this.fifoTimeout = clock.timer(this::fifoTimedOut);
        chardev.receiver(
                new Chardev.Receiver() {
                    @Override
                    public int room() {
                        lock.lock();
                        try {
                            return Serial16550.this.room();
                        } finally {
                            lock.unlock();
                        }
                    }

                    @Override
                    public void receive(int value) {
                        lock.lock();
                        try {
                            Serial16550.this.receive(value);
                        } finally {
                            lock.unlock();
                        }
                    }
                });
        reset();
    }

    @Override
    protected void state(StateFields f) {
        f.struct("state", "serial", 3, this::registers);
    }

    private void registers(StateFields f) {
        divider = f.u16("divider", divider);
        rbr = f.u8("rbr", rbr);
        ier = f.u8("ier", ier);
        iir = f.u8("iir", iir);
        lcr = f.u8("lcr", lcr);
        mcr = f.u8("mcr", mcr);
        lsr = f.u8("lsr", lsr);
        msr = f.u8("msr", msr);
        scr = f.u8("scr", scr);
        int control = f.u8("fcr_vmstate", fcr);
        if (f.loading()) {
            fifoControl(control);
        }
        boolean implied = (iir & 0x0f) == IIR_TRANSMIT;
        boolean differs = (ier & IER_TRANSMIT) != 0 && thrPending != implied;
        if (!f.subsection(
                "serial/thr_ipending",
                1,
                differs,
                s -> thrPending = s.i32("thr_ipending", thrPending ? 1 : 0) != 0)) {
            if (f.loading()) {
                thrPending = implied;
            }
        }
        if (!f.subsection("serial/tsr", 1, retries != 0, this::transmitter) && f.loading()) {
            retries = 0;
            thr = 0;
            tsr = 0;
        }
        fifo(f, "recv_fifo", receiveFifo);
        fifo(f, "xmit_fifo", transmitFifo);
        if (!f.subsection(
                        "serial/fifo_timeout_timer",
                        1,
                        fifoTimeout.pending(),
                        s -> fifoTimeout.restore(s.timer("fifo_timeout_timer", fifoTimeout.due())))
                && f.loading()) {
            fifoTimeout.cancel();
        }
        if (!f.subsection(
                        "serial/timeout_ipending",
                        1,
                        timeoutPending,
                        s ->
                                timeoutPending =
                                        s.i32("timeout_ipending", timeoutPending ? 1 : 0) != 0)
                && f.loading()) {
            timeoutPending = false;
        }
        // The state of a real line, which none of our character devices is.
        f.subsection(
                "serial/poll",
                1,
                polled(),
                s -> {
                    s.keptI32("poll_msl", 0);
                    s.keptTimer("modem_status_poll");
                });
    }

    private boolean polled() {
        return kept.numbers("/state+serial/poll/poll_msl") != null;
    }

    private void transmitter(StateFields f) {
        retries = f.u32("tsr_retry", retries);
        thr = f.u8("thr", thr);
        tsr = f.u8("tsr", tsr);
        if (f.loading() && (lsr & LSR_EMPTY) != 0) {
            throw f.invalid("tsr_retry", retries, "0, since the transmitter is empty");
        }
    }

    private static void fifo(StateFields f, String name, Fifo8 fifo) {
        if (!f.subsection("serial/" + name, 1, !fifo.empty(), s -> fifo.state(s, name))
                && f.loading()) {
            fifo.clear();
        }
    }

    @Override
    public void reset() {
        super.reset();
        divider = 0x0c;
        rbr = 0;
        thr = 0;
        tsr = 0;
        ier = 0;
        iir = IIR_NONE;
        lcr = 0;
        mcr = 0x08;
        lsr = LSR_EMPTY | LSR_HOLDING_EMPTY;
        msr = MSR_DCD | MSR_DSR | MSR_CTS;
        scr = 0;
        fcr = 0;
        triggerLevel = 1;
        thrPending = false;
        timeoutPending = false;
        retries = 0;
        receiveFifo.clear();
        transmitFifo.clear();
        fifoTimeout.cancel();
        irq.set(false);
    }

    @Override
    public void loaded() {
        if (retries > 0 || !transmitFifo.empty()) {
            // What the source could not get rid of goes now.
            if (retries > 0) {
                chardev.write(tsr);
                retries = 0;
                if ((lsr & LSR_HOLDING_EMPTY) == 0 && (fcr & FCR_ENABLE) == 0) {
                    chardev.write(thr);
                }
            }
            while (!transmitFifo.empty()) {
                chardev.write(transmitFifo.pop());
            }
            lsr |= LSR_HOLDING_EMPTY | LSR_EMPTY;
            thrPending = true;
        }
        update();
        chardev.ready();
    }

    private void update() {
        int cause;
        if ((ier & IER_LINE) != 0 && (lsr & LSR_ANY_ERROR) != 0) {
            cause = IIR_LINE;
        } else if ((ier & IER_RECEIVE) != 0 && timeoutPending) {
            cause = IIR_TIMEOUT;
        } else if ((ier & IER_RECEIVE) != 0
                && (lsr & LSR_DATA) != 0
                && ((fcr & FCR_ENABLE) == 0 || receiveFifo.count() >= triggerLevel)) {
            cause = IIR_RECEIVE;
        } else if ((ier & IER_TRANSMIT) != 0 && thrPending) {
            cause = IIR_TRANSMIT;
        } else if ((ier & IER_MODEM) != 0 && (msr & MSR_ANY_DELTA) != 0) {
            cause = IIR_MODEM;
        } else {
            cause = IIR_NONE;
        }
        iir = cause | (iir & 0xf0);
        irq.set(cause != IIR_NONE);
    }

    /** How long a character takes, ns. */
    private long characterTime() {
        if (divider == 0) {
            return NS;
        }
        int bits = 1 + ((lcr & 0x08) != 0 ? 1 : 0) + ((lcr & 0x04) != 0 ? 2 : 1) + (lcr & 3) + 5;
        return NS * 16 * divider / 1843200 * bits;
    }

    private void fifoControl(int value) {
        fcr = value & 0xc9;
        if ((fcr & FCR_ENABLE) != 0) {
            iir |= IIR_FIFOS;
            triggerLevel =
                    switch (fcr & 0xc0) {
                        case 0x40 -> 4;
                        case 0x80 -> 8;
                        case 0xc0 -> 14;
                        default -> 1;
                    };
        } else {
            iir &= ~IIR_FIFOS;
        }
    }

    @Override
    public int in(int port, int size) {
        return switch (port & 7) {
            case 0 -> (lcr & LCR_DLAB) != 0 ? divider & 0xff : received();
            case 1 -> (lcr & LCR_DLAB) != 0 ? divider >> 8 : ier;
            case 2 -> identification();
            case 3 -> lcr;
            case 4 -> mcr;
            case 5 -> lineStatus();
            case 6 -> modemStatus();
            default -> scr;
        };
    }

    private int received() {
        int value;
        if ((fcr & FCR_ENABLE) != 0) {
            value = receiveFifo.empty() ? 0 : receiveFifo.pop();
            if (receiveFifo.empty()) {
                lsr &= ~(LSR_DATA | LSR_BREAK);
                fifoTimeout.cancel();
            } else {
                armTimeout();
            }
            timeoutPending = false;
        } else {
            value = rbr;
            lsr &= ~(LSR_DATA | LSR_BREAK);
        }
        update();
        if ((mcr & MCR_LOOP) == 0) {
            chardev.ready();
        }
        return value;
    }

    private void armTimeout() {
        fifoTimeout.at(clock.now() + 4 * characterTime());
    }

    private void fifoTimedOut() {
        if (!receiveFifo.empty()) {
            timeoutPending = true;
            update();
        }
    }

    private int identification() {
        int value = iir;
        if ((value & 0x0f) == IIR_TRANSMIT) {
            thrPending = false;
            update();
        }
        return value;
    }

    private int lineStatus() {
        int value = lsr;
        if ((lsr & (LSR_BREAK | LSR_OVERRUN)) != 0) {
            lsr &= ~(LSR_BREAK | LSR_OVERRUN);
            update();
        }
        return value;
    }

    private int modemStatus() {
        if ((mcr & MCR_LOOP) != 0) {
            // The outputs come back: DTR as DSR, RTS as CTS, OUT1 as RI, OUT2 as DCD.
            return (mcr & 0x0c) << 4 | (mcr & 0x02) << 3 | (mcr & 0x01) << 5;
        }
        int value = msr;
        if ((msr & MSR_ANY_DELTA) != 0) {
            msr &= ~MSR_ANY_DELTA;
            update();
        }
        return value;
    }

    @Override
    public void out(int port, int size, int value) {
        int byteValue = value & 0xff;
        switch (port & 7) {
            case 0 -> {
                if ((lcr & LCR_DLAB) != 0) {
                    divider = (divider & 0xff00) | byteValue;
                } else {
                    transmit(byteValue);
                }
            }
            case 1 -> {
                if ((lcr & LCR_DLAB) != 0) {
                    divider = (divider & 0xff) | byteValue << 8;
                } else {
                    enable(byteValue & 0x0f);
                }
            }
            case 2 -> control(byteValue);
            case 3 -> lcr = byteValue & ~LCR_BREAK | byteValue & LCR_BREAK;
            case 4 -> mcr = byteValue & 0x1f;
            case 7 -> scr = byteValue;
            default -> {
                // LSR and MSR are for reading.
            }
        }
    }

    private void transmit(int value) {
        thr = value;
        if ((mcr & MCR_LOOP) != 0) {
            receive(value);
        } else {
            chardev.write(value);
        }
        lsr |= LSR_HOLDING_EMPTY | LSR_EMPTY;
        thrPending = true;
        update();
    }

    private void enable(int value) {
        int changed = ier ^ value;
        ier = value;
        if ((changed & IER_TRANSMIT) != 0) {
            thrPending = (ier & IER_TRANSMIT) != 0 && (lsr & LSR_HOLDING_EMPTY) != 0;
        }
        update();
    }

    private void control(int value) {
        boolean switched = ((value ^ fcr) & FCR_ENABLE) != 0;
        if (switched || (value & FCR_CLEAR_RECEIVE) != 0) {
            lsr &= ~(LSR_DATA | LSR_BREAK);
            fifoTimeout.cancel();
            timeoutPending = false;
            receiveFifo.clear();
        }
        if (switched || (value & FCR_CLEAR_TRANSMIT) != 0) {
            lsr |= LSR_HOLDING_EMPTY;
            thrPending = true;
            transmitFifo.clear();
        }
        fifoControl(value);
        update();
        chardev.ready();
    }

    private int room() {
        if ((mcr & MCR_LOOP) != 0) {
            return 0;
        }
        if ((fcr & FCR_ENABLE) != 0) {
            return receiveFifo.room();
        }
        return (lsr & LSR_DATA) == 0 ? 1 : 0;
    }

    /** A byte comes in from the line. */
    private void receive(int value) {
        if ((fcr & FCR_ENABLE) != 0) {
            if (receiveFifo.full()) {
                lsr |= LSR_OVERRUN;
            } else {
                receiveFifo.push(value);
            }
            lsr |= LSR_DATA;
            armTimeout();
        } else {
            if ((lsr & LSR_DATA) != 0) {
                lsr |= LSR_OVERRUN;
            }
            rbr = value;
            lsr |= LSR_DATA;
        }
        update();
    }
}
