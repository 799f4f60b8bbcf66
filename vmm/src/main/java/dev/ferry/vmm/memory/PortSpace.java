package dev.ferry.vmm.memory;

import dev.ferry.vmm.device.PortDevice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The 65536 I/O ports.
 *
 * <p>An access that is wider than what a device takes, or that reaches beyond it, is made in
 * halves, lower port first, down to bytes: as ISA does with devices that have eight data lines.
 * Where nothing is, all ones are read.
 *
 * <p>Called with the machine's lock held.
 */
public final class PortSpace {

    /** Ports there are. */
    public static final int PORTS = 0x10000;

    private record Range(int first, int count, int width, PortDevice device) {
        boolean takes(int port, int size) {
            return size <= width && port + size <= first + count;
        }
    }

    private final List<Range> ranges = new ArrayList<>();

    /** By port, number in {@link #ranges} plus 1, or 0. */
    private final short[] owner = new short[PORTS];

    /** An empty one. */
    public PortSpace() {}

    /** Puts a device that takes bytes at {@code count} ports. */
    public void add(int port, int count, PortDevice device) {
        add(port, count, 1, device);
    }

    /**
     * Puts a device at {@code count} ports.
     *
     * @param width of the widest access it takes: 1, 2 or 4
     * @throws IllegalArgumentException if something is there already
     */
    public void add(int port, int count, int width, PortDevice device) {
        if (port < 0 || count <= 0 || port > PORTS - count) {
            throw new IllegalArgumentException("%d ports at 0x%x".formatted(count, port));
        }
        if (width != 1 && width != 2 && width != 4) {
            throw new IllegalArgumentException("ports of " + width + " bytes");
        }
        for (int each = port; each < port + count; each++) {
            if (owner[each] != 0) {
                throw new IllegalArgumentException("port 0x%x is taken".formatted(each));
            }
        }
        if (ranges.size() == 0x7fff) {
            throw new IllegalArgumentException("too many devices behind ports");
        }
        ranges.add(new Range(port, count, width, device));
        Arrays.fill(owner, port, port + count, (short) ranges.size());
    }

    /** Takes away what was put at a port, with all of its ports. */
    public void remove(int port) {
        int number = owner[port];
        if (number != 0) {
            Range range = ranges.get(number - 1);
            Arrays.fill(owner, range.first, range.first + range.count, (short) 0);
        }
    }

    /**
     * IN.
     *
     * @param size 1, 2 or 4
     * @return zero-extended
     */
    public int in(int port, int size) {
        if (port >= PORTS) {
            return (int) HostBytes.low(-1, size);
        }
        int number = owner[port];
        if (number == 0 && size == 1) {
            return 0xff;
        }
        if (number != 0) {
            Range range = ranges.get(number - 1);
            if (range.takes(port, size)) {
                return (int) HostBytes.low(range.device.in(port - range.first, size), size);
            }
        }
        int half = size / 2;
        int low = in(port, half);
        return low | (in(port + half, half) << (8 * half));
    }

    /**
     * OUT.
     *
     * @param size 1, 2 or 4
     */
    public void out(int port, int size, int value) {
        if (port >= PORTS) {
            return;
        }
        int number = owner[port];
        if (number == 0 && size == 1) {
            return;
        }
        if (number != 0) {
            Range range = ranges.get(number - 1);
            if (range.takes(port, size)) {
                range.device.out(port - range.first, size, (int) HostBytes.low(value, size));
                return;
            }
        }
        int half = size / 2;
        out(port, half, value);
        out(port + half, half, value >>> (8 * half));
    }
}
