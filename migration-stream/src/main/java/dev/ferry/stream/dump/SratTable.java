package dev.ferry.stream.dump;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The memory affinity structures of the ACPI table SRAT, as QEMU prepares it for the firmware:
 * which addresses belong to which NUMA node, and where memory devices may be plugged. It is in the
 * block {@code /rom@etc/acpi/tables}. ACPI 6, 5.2.16; QEMU hw/i386/acpi-build.c, build_srat.
 *
 * @param nodes pieces of nodes, by address
 * @param hotplugBase where memory devices go, or -1 if there is no such area
 */
record SratTable(List<Piece> nodes, long hotplugBase) {

    private static final int SIGNATURE = 0x54415253;
    private static final int HEADER = 48;
    private static final int MEMORY_AFFINITY = 1;
    private static final int MEMORY_AFFINITY_LENGTH = 40;
    private static final int ENABLED = 1;
    private static final int HOT_PLUGGABLE = 2;

    SratTable {
        nodes = List.copyOf(nodes);
    }

    /** Memory of a node. */
    record Piece(int node, long base, long length) {
        long end() {
            return base + length;
        }
    }

    /** Looks for the table among others. */
    static Optional<SratTable> find(byte[] tables) {
        ByteBuffer bytes = ByteBuffer.wrap(tables).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at <= tables.length - HEADER; at++) {
            if (bytes.getInt(at) == SIGNATURE) {
                long length = Integer.toUnsignedLong(bytes.getInt(at + 4));
                if (length >= HEADER && length <= tables.length - at) {
                    return parse(bytes, at + HEADER, at + (int) length);
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<SratTable> parse(ByteBuffer bytes, int start, int end) {
        List<Piece> pieces = new ArrayList<>();
        long hotplug = -1;
        int at = start;
        while (at + 2 <= end) {
            int type = bytes.get(at) & 0xff;
            int length = bytes.get(at + 1) & 0xff;
            if (length < 2 || at + length > end) {
                return Optional.empty();
            }
            if (type == MEMORY_AFFINITY && length >= MEMORY_AFFINITY_LENGTH) {
                int flags = bytes.getInt(at + 28);
                Piece piece =
                        new Piece(
                                bytes.getInt(at + 2),
                                bytes.getLong(at + 8),
                                bytes.getLong(at + 16));
                boolean sound = piece.base >= 0 && piece.length > 0 && piece.end() > piece.base;
                if (sound && (flags & HOT_PLUGGABLE) != 0) {
                    hotplug = piece.base;
                } else if (sound && (flags & ENABLED) != 0) {
                    pieces.add(piece);
                }
            }
            at += length;
        }
        pieces.sort(Comparator.comparingLong(Piece::base));
        return pieces.isEmpty() ? Optional.empty() : Optional.of(new SratTable(pieces, hotplug));
    }

    /** Where memory above the PCI hole begins, or -1 if there is none. */
    long highBase() {
        for (Piece piece : nodes) {
            if (piece.base >= 1L << 32) {
                return piece.base;
            }
        }
        return -1;
    }

    /** End of the memory below the PCI hole. */
    long lowEnd() {
        long end = 0;
        for (Piece piece : nodes) {
            if (piece.base < 1L << 32) {
                end = Math.max(end, piece.end());
            }
        }
        return end;
    }

    /** Bytes of RAM in all, the hole at 640 KiB counted as RAM. */
    long total() {
        return nodes.isEmpty() ? 0 : offset(nodes.getLast().end());
    }

    /** An address as an offset in RAM. */
    private long offset(long address) {
        long high = highBase();
        return high >= 0 && address > high ? lowEnd() + address - high : address;
    }

    /** Bytes of each node that has memory, by address. */
    List<Long> nodeLengths() {
        List<Long> lengths = new ArrayList<>();
        long start = 0;
        for (int i = 0; i < nodes.size(); i++) {
            boolean last = i == nodes.size() - 1 || nodes.get(i + 1).node != nodes.get(i).node;
            if (last) {
                long end = offset(nodes.get(i).end());
                lengths.add(end - start);
                start = end;
            }
        }
        return lengths;
    }
}
