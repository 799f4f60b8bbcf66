package dev.ferry.vmm.device;

/**
 * The 8042 keyboard controller: keyboard and mouse behind it, the A20 gate and the reset line on
 * its output port.
 *
 * <p>Source: IBM PS/2 technical reference; the state's fields are those of QEMU hw/input/pckbd.c.
 */
public final class KeyboardController extends Device {

    private static final int OUTPUT_FULL = 0x01;
    private static final int SELF_TESTED = 0x04;
    private static final int COMMAND = 0x08;
    private static final int UNLOCKED = 0x10;
    private static final int MOUSE_OUTPUT_FULL = 0x20;

    private static final int MODE_KEYBOARD_INTERRUPT = 0x01;
    private static final int MODE_MOUSE_INTERRUPT = 0x02;
    private static final int MODE_SYSTEM = 0x04;
    private static final int MODE_NO_KEYBOARD = 0x10;
    private static final int MODE_NO_MOUSE = 0x20;
    private static final int MODE_TRANSLATE = 0x40;

    private static final int OUT_RESET = 0x01;
    private static final int OUT_A20 = 0x02;
    private static final int OUT_FULL = 0x10;
    private static final int OUT_MOUSE_FULL = 0x20;
    private static final int OUT_ONES = 0xcc;

    private static final int PENDING_KEYBOARD = 1;
    private static final int PENDING_MOUSE = 2;
    private static final int PENDING_CONTROL_KEYBOARD = 4;
    private static final int PENDING_CONTROL_MOUSE = 8;

    private static final int FROM_KEYBOARD = 1;
    private static final int FROM_MOUSE = 2;
    private static final int FROM_CONTROLLER = 4;

    private final IrqLine keyboardIrq;
    private final IrqLine mouseIrq;
    private final IrqLine a20;
    private final MachineControl control;
    private final Ps2Keyboard keyboard;
    private final Ps2Mouse mouse;
    private final boolean extended;

    private int writeCommand;
    private int status;
    private int mode;
    private int outport;
    private int pending;
    private int source;
    private int data;
    private int controllerData;

    /**
     * @param a20 open while it is up
     * @param extended whether the newer part of the state is described, as since version 6.1
     */
    public KeyboardController(
            IrqLine keyboardIrq,
            IrqLine mouseIrq,
            IrqLine a20,
            MachineControl control,
            Ps2Keyboard keyboard,
            Ps2Mouse mouse,
            boolean extended) {
        super("pckbd", 0, 3);
        this.keyboardIrq = keyboardIrq;
        this.mouseIrq = mouseIrq;
        this.a20 = a20;
        this.control = control;
        this.keyboard = keyboard;
        this.mouse = mouse;
        this.extended = extended;
        clear();
        keyboard.changed(() -> pending(PENDING_KEYBOARD, !keyboard.empty()));
        mouse.changed(() -> pending(PENDING_MOUSE, !mouse.empty()));
    }

    @Override
    protected void state(StateFields f) {
        f.struct("kbd", "pckbd", 3, this::registers);
    }

    private void registers(StateFields f) {
        writeCommand = f.u8("write_cmd", writeCommand);
        status = f.u8("status", status);
        mode = f.u8("mode", mode);
        int known = f.u8("pending_tmp", pending);
        boolean outportThere =
                f.subsection(
                        "pckbd_outport",
                        1,
                        outport != usualOutport(),
                        s -> outport = s.u8("outport", outport));
        if (f.loading() && !outportThere) {
            outport = usualOutport();
        }
        boolean there =
                f.subsection(
                        "pckbd/extended_state",
                        0,
                        f.loading() || extended && !wasPlain(),
                        s -> {
                            s.kept32("migration_flags", 0);
                            source = s.u32("obsrc", source);
                            data = s.u8("obdata", data);
                            controllerData = s.u8("cbdata", controllerData);
                        });
        if (f.loading()) {
            pending = known;
            if (!there) {
                kept.numbers("plain", new long[] {1});
                source = 0;
                data = 0;
                controllerData = 0;
            }
        }
    }

    /** Whether the state was loaded from a machine that did not describe the newer part. */
    private boolean wasPlain() {
        return kept.numbers("plain") != null;
    }

    private int usualOutport() {
        return OUT_RESET
                | OUT_A20
                | OUT_ONES
                | ((status & OUTPUT_FULL) != 0 ? OUT_FULL : 0)
                | ((status & MOUSE_OUTPUT_FULL) != 0 ? OUT_MOUSE_FULL : 0);
    }

    @Override
    public void reset() {
        super.reset();
        clear();
        keyboardIrq.set(false);
        mouseIrq.set(false);
    }

    private void clear() {
        writeCommand = 0;
        mode = MODE_KEYBOARD_INTERRUPT | MODE_MOUSE_INTERRUPT;
        status = COMMAND | UNLOCKED;
        outport = OUT_RESET | OUT_A20 | OUT_ONES;
        pending = 0;
        source = 0;
        data = 0;
        controllerData = 0;
    }

    @Override
    public void loaded() {
        lines();
        offer();
    }

    private void pending(int bit, boolean there) {
        pending = there ? pending | bit : pending & ~bit;
        offer();
    }

    /** Puts the next byte into the output buffer, if that is empty. */
    private void offer() {
        if ((status & OUTPUT_FULL) != 0) {
            return;
        }
        if ((pending & PENDING_CONTROL_KEYBOARD) != 0) {
            full(FROM_CONTROLLER, false);
        } else if ((pending & PENDING_CONTROL_MOUSE) != 0) {
            full(FROM_CONTROLLER, true);
        } else if ((pending & PENDING_KEYBOARD) != 0 && (mode & MODE_NO_KEYBOARD) == 0) {
            full(FROM_KEYBOARD, false);
        } else if ((pending & PENDING_MOUSE) != 0 && (mode & MODE_NO_MOUSE) == 0) {
            full(FROM_MOUSE, true);
        }
    }

    private void full(int from, boolean ofMouse) {
        source = from;
        status |= OUTPUT_FULL | (ofMouse ? MOUSE_OUTPUT_FULL : 0);
        outport |= ofMouse ? OUT_MOUSE_FULL : OUT_FULL;
        lines();
    }

    private void lines() {
        boolean output = (status & OUTPUT_FULL) != 0;
        boolean ofMouse = (status & MOUSE_OUTPUT_FULL) != 0;
        keyboardIrq.set(
                output
                        && !ofMouse
                        && (mode & MODE_KEYBOARD_INTERRUPT) != 0
                        && (mode & MODE_NO_KEYBOARD) == 0);
        mouseIrq.set(output && ofMouse && (mode & MODE_MOUSE_INTERRUPT) != 0);
    }

    /** A byte of the controller's own. */
    private void answer(int value, boolean ofMouse) {
        controllerData = value;
        pending |= ofMouse ? PENDING_CONTROL_MOUSE : PENDING_CONTROL_KEYBOARD;
        offer();
    }

    /** Port 0x60. */
    public PortDevice dataPort() {
        return new PortDevice() {
            @Override
            public int in(int port, int size) {
                return readData();
            }

            @Override
            public void out(int port, int size, int value) {
                writeData(value & 0xff);
            }
        };
    }

    /** Port 0x64. */
    public PortDevice commandPort() {
        return new PortDevice() {
            @Override
            public int in(int port, int size) {
                return status;
            }

            @Override
            public void out(int port, int size, int value) {
                command(value & 0xff);
            }
        };
    }

    private int readData() {
        if ((status & OUTPUT_FULL) == 0) {
            return data;
        }
        status &= ~(OUTPUT_FULL | MOUSE_OUTPUT_FULL);
        outport &= ~(OUT_FULL | OUT_MOUSE_FULL);
        lines();
        switch (source) {
            case FROM_CONTROLLER -> {
                data = controllerData;
                pending &= ~(PENDING_CONTROL_KEYBOARD | PENDING_CONTROL_MOUSE);
            }
            case FROM_MOUSE -> data = mouse.next();
            default -> data = keyboard.next();
        }
        offer();
        return data;
    }

    private void writeData(int value) {
        int to = writeCommand;
        writeCommand = 0;
        switch (to) {
            case 0x60 -> {
                mode = value;
                keyboard.translating((mode & MODE_TRANSLATE) != 0);
                if ((mode & MODE_SYSTEM) != 0) {
                    status |= SELF_TESTED;
                }
                lines();
                offer();
            }
            case 0xd1 -> outport(value);
            case 0xd2 -> answer(value, false);
            case 0xd3 -> answer(value, true);
            case 0xd4 -> mouse.write(value);
            default -> keyboard.write(value);
        }
    }

    private void outport(int value) {
        outport = value;
        a20.set((value & OUT_A20) != 0);
        if ((value & OUT_RESET) == 0) {
            control.requestReset();
        }
    }

    private void command(int value) {
        switch (value) {
            case 0x20 -> answer(mode, false);
            case 0x60, 0xd1, 0xd2, 0xd3, 0xd4 -> writeCommand = value;
            case 0xa7 -> mode |= MODE_NO_MOUSE;
            case 0xa8 -> {
                mode &= ~MODE_NO_MOUSE;
                offer();
            }
            case 0xa9, 0xab -> answer(0, false);
            case 0xaa -> {
                status |= SELF_TESTED;
                answer(0x55, false);
            }
            case 0xad -> {
                mode |= MODE_NO_KEYBOARD;
                lines();
            }
            case 0xae -> {
                mode &= ~MODE_NO_KEYBOARD;
                lines();
                offer();
            }
            case 0xc0 -> answer(0x80, false);
            case 0xd0 -> answer(outport, false);
            case 0xdd -> {
                outport &= ~OUT_A20;
                a20.set(false);
            }
            case 0xdf -> {
                outport |= OUT_A20;
                a20.set(true);
            }
            default -> {
                // 0xf0 to 0xff pulse the lines that have a 0; only that of reset does anything.
                if (value >= 0xf0 && (value & 1) == 0) {
                    control.requestReset();
                }
            }
        }
    }
}
