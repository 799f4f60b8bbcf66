package dev.ferry.vmm.device;

/**
 * One 8259A interrupt controller.
 *
 * <p>Source: Intel 8259A data sheet; the state's fields are those of QEMU hw/intc/i8259_common.c.
 * What the chip does with edges: {@code lastIrr} has the lines' levels, {@code irr} what is asked
 * for.
 */
final class Pic8259 extends Device implements PortDevice {

    private static final int ICW1 = 0x10;
    private static final int OCW3 = 0x08;

    private final boolean master;
    private final int elcrMask;
    private final IrqLine output;

    private int lastIrr;
    private int irr;
    private int imr;
    private int isr;
    private int priorityAdd;
    private int irqBase;
    private boolean readIsr;
    private boolean poll;
    private boolean specialMask;
    private int initState;
    private boolean autoEoi;
    private boolean rotateOnAutoEoi;
    private boolean specialFullyNested;
    private boolean init4;
    private boolean singleMode;
    private int elcr;
    private boolean levelTriggered;

    /**
     * @param output to the processor, or to the master's input 2
     */
    Pic8259(boolean master, IrqLine output) {
        super("i8259", master ? 0 : 1, 1);
        this.master = master;
        // The lines of the timer, keyboard and cascade, and of RTC and FPU, are edges for ever.
        this.elcrMask = master ? 0xf8 : 0xde;
        this.output = output;
    }

    @Override
    protected void state(StateFields f) {
        lastIrr = f.u8("last_irr", lastIrr);
        irr = f.u8("irr", irr);
        imr = f.u8("imr", imr);
        isr = f.u8("isr", isr);
        priorityAdd = f.u8("priority_add", priorityAdd, 0, 7);
        irqBase = f.u8("irq_base", irqBase);
        readIsr = f.flag8("read_reg_select", readIsr);
        poll = f.flag8("poll", poll);
        specialMask = f.flag8("special_mask", specialMask);
        initState = f.u8("init_state", initState, 0, 3);
        autoEoi = f.flag8("auto_eoi", autoEoi);
        rotateOnAutoEoi = f.flag8("rotate_on_auto_eoi", rotateOnAutoEoi);
        specialFullyNested = f.flag8("special_fully_nested_mode", specialFullyNested);
        init4 = f.flag8("init4", init4);
        singleMode = f.flag8("single_mode", singleMode);
        elcr = f.u8("elcr", elcr);
        boolean ltim =
                f.subsection(
                        "i8259/ltim",
                        1,
                        levelTriggered,
                        s -> levelTriggered = s.flag8("ltim", levelTriggered));
        levelTriggered &= ltim;
    }

    @Override
    public void reset() {
        super.reset();
        elcr = 0;
        initialise();
        output.set(false);
    }

    /** What ICW1 does, too; lines that are up stay seen as such where they are levels. */
    private void initialise() {
        lastIrr = 0;
        irr &= elcr;
        imr = 0;
        isr = 0;
        priorityAdd = 0;
        irqBase = 0;
        readIsr = false;
        poll = false;
        specialMask = false;
        initState = 0;
        autoEoi = false;
        rotateOnAutoEoi = false;
        specialFullyNested = false;
        init4 = false;
        singleMode = false;
        levelTriggered = false;
        update();
    }

    @Override
    public void loaded() {
        update();
    }

    /** Sets the level of an input. */
    void line(int input, boolean level) {
        int mask = 1 << input;
        if (levelTriggered || (elcr & mask) != 0) {
            if (level) {
                irr |= mask;
                lastIrr |= mask;
            } else {
                irr &= ~mask;
                lastIrr &= ~mask;
            }
        } else if (level) {
            if ((lastIrr & mask) == 0) {
                irr |= mask;
            }
            lastIrr |= mask;
        } else {
            lastIrr &= ~mask;
        }
        update();
    }

    /** Priority of the highest set bit: 0 is first, 8 is none. */
    private int priority(int mask) {
        if (mask == 0) {
            return 8;
        }
        int priority = 0;
        while ((mask & (1 << ((priority + priorityAdd) & 7))) == 0) {
            priority++;
        }
        return priority;
    }

    /** The input that is to be served, -1 if none. */
    private int wanted() {
        int asked = priority(irr & ~imr);
        if (asked == 8) {
            return -1;
        }
        int served = isr;
        if (specialMask) {
            served &= ~imr;
        }
        if (specialFullyNested && master) {
            served &= ~(1 << 2);
        }
        return asked < priority(served) ? (asked + priorityAdd) & 7 : -1;
    }

    private void update() {
        output.set(wanted() >= 0);
    }

    /** Whether the output is up. */
    boolean asks() {
        return wanted() >= 0;
    }

    /** Takes an input for served: the acknowledge cycle. */
    private void acknowledge(int input) {
        if (autoEoi) {
            if (rotateOnAutoEoi) {
                priorityAdd = (input + 1) & 7;
            }
        } else {
            isr |= 1 << input;
        }
        if (!levelTriggered && (elcr & (1 << input)) == 0) {
            irr &= ~(1 << input);
        }
        update();
    }

    /**
     * The acknowledge cycle of a processor.
     *
     * @param slave the other one, asked where its input is served
     * @return the vector; that of input 7 if nothing asks any more
     */
    int acknowledge(Pic8259 slave) {
        int input = wanted();
        if (input < 0) {
            return irqBase + 7;
        }
        int vector;
        if (input == 2) {
            int second = slave.wanted();
            if (second >= 0) {
                slave.acknowledge(second);
            } else {
                second = 7;
            }
            vector = slave.irqBase + second;
        } else {
            vector = irqBase + input;
        }
        acknowledge(input);
        return vector;
    }

    @Override
    public int in(int port, int size) {
        if (poll) {
            poll = false;
            int input = wanted();
            if (input < 0) {
                return 0;
            }
            acknowledge(input);
            return input | 0x80;
        }
        if ((port & 1) != 0) {
            return imr;
        }
        return readIsr ? isr : irr;
    }

    @Override
    public void out(int port, int size, int value) {
        int byteValue = value & 0xff;
        if ((port & 1) == 0) {
            command(byteValue);
        } else {
            data(byteValue);
        }
    }

    private void command(int value) {
        if ((value & ICW1) != 0) {
            initialise();
            initState = 1;
            init4 = (value & 1) != 0;
            singleMode = (value & 2) != 0;
            levelTriggered = (value & 8) != 0;
        } else if ((value & OCW3) != 0) {
            if ((value & 4) != 0) {
                poll = true;
            }
            if ((value & 2) != 0) {
                readIsr = (value & 1) != 0;
            }
            if ((value & 0x40) != 0) {
                specialMask = (value & 0x20) != 0;
                update();
            }
        } else {
            operation(value >> 5, value & 7);
        }
    }

    /** OCW2. */
    private void operation(int operation, int level) {
        switch (operation) {
            case 0, 4 -> rotateOnAutoEoi = operation == 4;
            case 1, 5 -> {
                int priority = priority(isr);
                if (priority != 8) {
                    int input = (priority + priorityAdd) & 7;
                    isr &= ~(1 << input);
                    if (operation == 5) {
                        priorityAdd = (input + 1) & 7;
                    }
                    update();
                }
            }
            case 3 -> {
                isr &= ~(1 << level);
                update();
            }
            case 6 -> {
                priorityAdd = (level + 1) & 7;
                update();
            }
            case 7 -> {
                isr &= ~(1 << level);
                priorityAdd = (level + 1) & 7;
                update();
            }
            default -> {
                // Operation 2 does nothing.
            }
        }
    }

    private void data(int value) {
        switch (initState) {
            case 0 -> {
                imr = value;
                update();
            }
            case 1 -> {
                irqBase = value & 0xf8;
                initState = singleMode ? (init4 ? 3 : 0) : 2;
            }
            case 2 -> initState = init4 ? 3 : 0;
            default -> {
                specialFullyNested = (value & 0x10) != 0;
                autoEoi = (value & 2) != 0;
                initState = 0;
            }
        }
    }

    /** The register at 0x4d0 or 0x4d1: which inputs are levels. */
    PortDevice elcr() {
        return new PortDevice() {
            @Override
            public int in(int port, int size) {
                return elcr;
            }

            @Override
            public void out(int port, int size, int value) {
                elcr = value & elcrMask;
            }
        };
    }
}
