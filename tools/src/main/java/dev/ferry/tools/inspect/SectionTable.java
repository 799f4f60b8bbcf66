package dev.ferry.tools.inspect;

import dev.ferry.stream.item.SectionBody;
import dev.ferry.stream.item.SectionType;
import dev.ferry.stream.item.StreamItem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The sections of a stream, 40 bytes each: a source that spins before its first bandwidth estimate
 * writes empty ones by the ten thousand.
 */
final class SectionTable {

    /** What kind of body a section has. */
    enum Kind {
        RAM,
        DEVICE,
        LIVE
    }

    /** What all sections of one id have in common. */
    record Binding(long id, String name, long instance, long version, Kind kind, String live) {

        // Written out, because linking a record's own methods takes longer than many an inspection.

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Binding that
                    && id == that.id
                    && name.equals(that.name)
                    && instance == that.instance
                    && version == that.version
                    && kind == that.kind
                    && live.equals(that.live);
        }

        @Override
        public int hashCode() {
            return Long.hashCode(id) + 31 * name.hashCode();
        }
    }

    private static final int COLUMNS = 5;
    private static final SectionType[] TYPES = SectionType.values();

    private final List<Binding> bindings = new ArrayList<>();
    private final Map<Binding, Integer> indexes = new HashMap<>();
    private long[] rows = new long[COLUMNS * 64];
    private int size;

    /**
     * Adds a section.
     *
     * @param pages guest pages that came in it
     */
    void add(StreamItem.Section section, long pages) {
        if ((size + 1) * COLUMNS > rows.length) {
            rows = Arrays.copyOf(rows, rows.length * 2);
        }
        int row = size++ * COLUMNS;
        rows[row] = section.at();
        rows[row + 1] = section.length();
        rows[row + 2] =
                (long) section.type().code()
                        | (long) section.channel() << 8
                        | (long) section.depth() << 32;
        rows[row + 3] = index(binding(section));
        rows[row + 4] = section.body() instanceof SectionBody.Live live ? live.records() : pages;
    }

    private static Binding binding(StreamItem.Section section) {
        Kind kind =
                section.body() instanceof SectionBody.Ram
                        ? Kind.RAM
                        : section.body() instanceof SectionBody.Device ? Kind.DEVICE : Kind.LIVE;
        String live = section.body() instanceof SectionBody.Live body ? body.kind() : "";
        return new Binding(
                section.id(), section.name(), section.instance(), section.version(), kind, live);
    }

    private int index(Binding binding) {
        Integer known = indexes.get(binding);
        if (known != null) {
            return known;
        }
        indexes.put(binding, bindings.size());
        bindings.add(binding);
        return bindings.size() - 1;
    }

    int size() {
        return size;
    }

    Binding binding(int i) {
        return bindings.get((int) rows[i * COLUMNS + 3]);
    }

    /** Stream offset of the tag. */
    long at(int i) {
        return rows[i * COLUMNS];
    }

    /** Bytes, footer included. */
    long length(int i) {
        return rows[i * COLUMNS + 1];
    }

    SectionType type(int i) {
        int code = (int) rows[i * COLUMNS + 2] & 0xff;
        for (SectionType type : TYPES) {
            if (type.code() == code) {
                return type;
            }
        }
        throw new IllegalStateException("type " + code);
    }

    int channel(int i) {
        return (int) (rows[i * COLUMNS + 2] >>> 8) & 0xffffff;
    }

    /** How many PACKAGED commands enclose it. */
    int depth(int i) {
        return (int) (rows[i * COLUMNS + 2] >>> 32);
    }

    /** Guest pages of a RAM section, records of another live section. */
    long count(int i) {
        return rows[i * COLUMNS + 4];
    }
}
