package dev.ferry.vmm.device;

import dev.ferry.vmm.memory.MmioDevice;
import org.jspecify.annotations.Nullable;

/** The host bridge's configuration mechanism at 0xcf8 and 0xcfc, and bus 0 behind it. */
public final class PciHost extends Device {

    private static final int ENABLE = 0x80000000;

    private final PciFunction[] functions = new PciFunction[256];
    private int address;

    public PciHost() {
        super("PCIHost", 0, 1);
    }

    /** Puts a function on bus 0. */
    public void add(PciFunction function) {
        functions[function.address()] = function;
    }

    @Override
    protected void state(StateFields f) {
        address = f.u32("config_reg", address);
    }

    @Override
    public void reset() {
        super.reset();
        address = 0;
    }

    private @Nullable PciFunction at(int bus, int devfn) {
        return bus == 0 ? functions[devfn] : null;
    }

    private int read(int bus, int devfn, int at, int size) {
        PciFunction function = at(bus, devfn);
        return function == null || at >= 256 ? -1 : function.read(at, size);
    }

    private void write(int bus, int devfn, int at, int size, int value) {
        PciFunction function = at(bus, devfn);
        if (function != null && at < 256) {
            function.write(at, size, value);
        }
    }

    /** Ports 0xcf8 to 0xcfb; bytes among them belong to others. */
    public PortDevice addressPorts(PortDevice resetControl) {
        return new PortDevice() {
            @Override
            public int in(int port, int size) {
                if (size == 4) {
                    return address;
                }
                return port == 1 && size == 1 ? resetControl.in(0, 1) : -1;
            }

            @Override
            public void out(int port, int size, int value) {
                if (size == 4) {
                    address = value;
                } else if (port == 1 && size == 1) {
                    resetControl.out(0, 1, value);
                }
            }
        };
    }

    /** Ports 0xcfc to 0xcff. */
    public PortDevice dataPorts() {
        return new PortDevice() {
            @Override
            public int in(int port, int size) {
                if ((address & ENABLE) == 0) {
                    return -1;
                }
                return read(
                        address >> 16 & 0xff, address >> 8 & 0xff, (address & 0xfc) + port, size);
            }

            @Override
            public void out(int port, int size, int value) {
                if ((address & ENABLE) != 0) {
                    write(
                            address >> 16 & 0xff,
                            address >> 8 & 0xff,
                            (address & 0xfc) + port,
                            size,
                            value);
                }
            }
        };
    }

    /** Configuration space as memory, 4 KiB a function. */
    public MmioDevice memory() {
        return new MmioDevice() {
            @Override
            public long read(long offset, int size) {
                return size > 4
                        ? -1
                        : PciHost.this.read(
                                (int) (offset >> 20) & 0xff,
                                (int) (offset >> 12) & 0xff,
                                (int) offset & 0xfff,
                                size);
            }

            @Override
            public void write(long offset, int size, long value) {
                if (size <= 4) {
                    PciHost.this.write(
                            (int) (offset >> 20) & 0xff,
                            (int) (offset >> 12) & 0xff,
                            (int) offset & 0xfff,
                            size,
                            (int) value);
                }
            }
        };
    }
}
