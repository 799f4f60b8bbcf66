package dev.ferry.vmm.device;

import dev.ferry.vmm.memory.MmioDevice;
import java.util.Arrays;

/**
 * An I/O APIC with 24 inputs.
 *
 * <p>Source: Intel 82093AA data sheet; the state's fields are those of QEMU
 * hw/intc/ioapic_common.c.
 */
public final class IoApic extends Device implements MmioDevice {

    /** How many inputs it has. */
    public static final int PINS = 24;

    private static final int VERSION = 0x20;
    private static final long MASKED = 1 << 16;
    private static final long LEVEL = 1 << 15;
    private static final long REMOTE_IRR = 1 << 14;
    private static final long DELIVERY_STATUS = 1 << 12;
    private static final long READ_ONLY = REMOTE_IRR | DELIVERY_STATUS;

    private final ApicBus bus;
    private int id;
    private int select;
    private int irr;
    private final long[] table = new long[PINS];

    public IoApic(int instance, ApicBus bus) {
        super("ioapic", instance, 3);
        this.bus = bus;
        bus.add(this);
        reset();
    }

    @Override
    protected void state(StateFields f) {
        id = f.u8("id", id);
        select = f.u8("ioregsel", select);
        f.unused("unused", 8);
        irr = f.u32("irr", irr);
        f.u64s("ioredtbl", table);
    }

    @Override
    public void reset() {
        super.reset();
        id = 0;
        select = 0;
        irr = 0;
        Arrays.fill(table, MASKED);
    }

    /** Sets the level of an input. ISA interrupt 0 arrives at input 2. */
    public void line(int pin, boolean level) {
        int bit = 1 << pin;
        long entry = table[pin];
        if ((entry & LEVEL) != 0) {
            if (level) {
                irr |= bit;
                if ((entry & REMOTE_IRR) == 0) {
                    service();
                }
            } else {
                irr &= ~bit;
            }
        } else if (level && (entry & MASKED) == 0) {
            irr |= bit;
            service();
        }
    }

    private void service() {
        for (int pin = 0; pin < PINS; pin++) {
            long entry = table[pin];
            if ((irr & 1 << pin) == 0 || (entry & MASKED) != 0) {
                continue;
            }
            boolean level = (entry & LEVEL) != 0;
            if (level) {
                table[pin] |= REMOTE_IRR;
                if ((entry & REMOTE_IRR) != 0) {
                    continue;
                }
            } else {
                irr &= ~(1 << pin);
            }
            int mode = (int) (entry >> 8) & 7;
            int vector = mode == ApicBus.EXT_INT ? bus.externalVector() : (int) entry & 0xff;
            bus.send(
                    (int) (entry >>> 56),
                    (entry & 0x800) != 0,
                    mode == ApicBus.EXT_INT ? ApicBus.FIXED : mode,
                    vector,
                    level);
        }
    }

    void endOfInterrupt(int vector) {
        for (int pin = 0; pin < PINS; pin++) {
            long entry = table[pin];
            if ((entry & 0xff) == vector && (entry & LEVEL) != 0 && (entry & REMOTE_IRR) != 0) {
                table[pin] &= ~REMOTE_IRR;
                if ((entry & MASKED) == 0 && (irr & 1 << pin) != 0) {
                    service();
                }
            }
        }
    }

    @Override
    public long read(long offset, int size) {
        return switch ((int) offset & 0xff) {
            case 0x00 -> select;
            case 0x10 -> size == 4 ? register() & 0xffffffffL : 0;
            default -> 0;
        };
    }

    private int register() {
        return switch (select) {
            case 0, 2 -> id << 24;
            case 1 -> VERSION | ((PINS - 1) << 16);
            default -> entry();
        };
    }

    /** Half of a table entry. */
    private int entry() {
        int pin = (select - 0x10) >> 1;
        if (pin < 0 || pin >= PINS) {
            return 0;
        }
        return (int) ((select & 1) != 0 ? table[pin] >>> 32 : table[pin]);
    }

    @Override
    public void write(long offset, int size, long value) {
        switch ((int) offset & 0xff) {
            case 0x00 -> select = (int) value & 0xff;
            case 0x10 -> {
                if (size == 4) {
                    register((int) value);
                }
            }
            case 0x40 -> {
                if (size == 4) {
                    endOfInterrupt((int) value & 0xff);
                }
            }
            default -> {
                // Nothing there.
            }
        }
    }

    private void register(int value) {
        if (select == 0) {
            id = value >> 24 & 0x0f;
            return;
        }
        int pin = select - 0x10 >> 1;
        if (pin < 0 || pin >= PINS) {
            return;
        }
        long old = table[pin];
        long entry =
                (select & 1) != 0
                        ? old & 0xffffffffL | (long) value << 32
                        : old & 0xffffffff00000000L | value & 0xffffffffL;
        entry = entry & ~READ_ONLY | old & READ_ONLY;
        if ((entry & LEVEL) == 0) {
            entry &= ~REMOTE_IRR;
        }
        table[pin] = entry;
        service();
    }
}
