package dev.ferry.vmm.device;

import java.util.Arrays;

/**
 * One of the two 8237 DMA controllers: registers only, since no device of the machine transfers
 * through it.
 */
public final class Dma8237 extends Device {

    private static final int[] PAGE_CHANNEL = {-1, 2, 3, 1, -1, -1, -1, 0};

    private final int shift;
    private int command;
    private int mask;
    private int flipFlop;
    private final int[][] now = new int[4][2];
    private final int[][] base = new int[4][2];
    private final int[] mode = new int[4];
    private final int[] page = new int[4];

    /**
     * @param instance 0 for bytes at port 0, 1 for words at 0xc0
     */
    public Dma8237(int instance) {
        super("dma", instance, 1);
        this.shift = instance;
        reset();
    }

    @Override
    protected void state(StateFields f) {
        command = f.u8("command", command);
        mask = f.u8("mask", mask);
        flipFlop = f.u8("flip_flop", flipFlop);
        f.i32("dshift", shift, shift, shift);
        f.structs(
                "regs",
                "dma_regs",
                1,
                4,
                true,
                (s, i) -> {
                    s.i32s("now", now[i]);
                    s.u16s("base", base[i]);
                    mode[i] = s.u8("mode", mode[i]);
                    page[i] = s.u8("page", page[i]);
                    s.kept8("pageh", 0);
                    s.kept8("dack", 0);
                    s.kept8("eop", 0);
                });
    }

    @Override
    public void reset() {
        super.reset();
        command = 0;
        mask = 0xff;
        flipFlop = 0;
        for (int i = 0; i < 4; i++) {
            Arrays.fill(now[i], 0);
            Arrays.fill(base[i], 0);
            mode[i] = 0;
            page[i] = 0;
        }
    }

    /** The eight channel registers; 2 ports a register in the second controller. */
    public PortDevice channels() {
        return new PortDevice() {
            @Override
            public int in(int port, int size) {
                int register = port >> shift;
                int[] pair = now[register >> 1];
                int value =
                        (register & 1) != 0 ? (base[register >> 1][1] << shift) - pair[1] : pair[0];
                flipFlop ^= 1;
                return value >> shift >> 8 * (flipFlop ^ 1) & 0xff;
            }

            @Override
            public void out(int port, int size, int value) {
                int register = port >> shift;
                int[] pair = base[register >> 1];
                int which = register & 1;
                pair[which] =
                        flipFlop == 0
                                ? pair[which] & 0xff00 | value & 0xff
                                : pair[which] & 0xff | (value & 0xff) << 8;
                if (flipFlop != 0) {
                    now[register >> 1][0] = pair[0] << shift;
                    now[register >> 1][1] = 0;
                }
                flipFlop ^= 1;
            }
        };
    }

    /** The eight control registers. */
    public PortDevice control() {
        return new PortDevice() {
            @Override
            public int in(int port, int size) {
                return port >> shift == 7 ? mask : 0;
            }

            @Override
            public void out(int port, int size, int value) {
                switch (port >> shift) {
                    case 0 -> command = value & 0xff;
                    case 2 ->
                            mask =
                                    (value & 4) != 0
                                            ? mask | 1 << (value & 3)
                                            : mask & ~(1 << (value & 3));
                    case 3 -> mode[value & 3] = value & 0xff;
                    case 4 -> flipFlop = 0;
                    case 5 -> {
                        flipFlop = 0;
                        mask = 0xff;
                        command = 0;
                    }
                    case 6 -> mask = 0;
                    case 7 -> mask = value & 0xff;
                    default -> {
                        // Requests by software: no channel has anybody behind it.
                    }
                }
            }
        };
    }

    /** The page registers, eight ports from 0x80 or 0x88 on. */
    public PortDevice pages() {
        return new PortDevice() {
            @Override
            public int in(int port, int size) {
                int channel = PAGE_CHANNEL[port & 7];
                return channel < 0 ? 0xff : page[channel];
            }

            @Override
            public void out(int port, int size, int value) {
                int channel = PAGE_CHANNEL[port & 7];
                if (channel >= 0) {
                    page[channel] = value & 0xff;
                }
            }
        };
    }
}
