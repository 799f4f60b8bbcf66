package dev.ferry.stream.vmstate;

import java.util.List;

/**
 * What is known about a structure from all descriptions it was seen in, without its subsections:
 * those say their names on the wire and are looked up when they turn up.
 *
 * @param version as described; {@link #ANY_VERSION} for devices that write their bytes themselves,
 *     whose descriptions have none
 */
record LayoutTemplate(String name, int version, List<FieldTemplate> fields) {

    static final int ANY_VERSION = -1;

    LayoutTemplate {
        fields = List.copyOf(fields);
    }

    /** Bytes on the wire if that is always the same, else -1; subsections are not counted. */
    long fixedBytes() {
        long sum = 0;
        for (FieldTemplate field : fields) {
            long bytes = field.fixedBytes();
            if (bytes < 0) {
                return -1;
            }
            sum += bytes;
        }
        return sum;
    }
}
