package dev.ferry.stream.item;

import dev.ferry.stream.vmstate.DeviceState;

/** What a section held. */
public sealed interface SectionBody {

    /** Guest memory; what came is in the reader's RAM statistics. */
    record Ram() implements SectionBody {}

    /** A device's state, decoded. */
    record Device(DeviceState state) implements SectionBody {}

    /**
     * Data of a handler that has a format of its own.
     *
     * @param kind what it is: {@code dirty bitmaps}, {@code disk blocks}, ...
     * @param records records in this section, the end mark not counted
     * @param payloadBytes bytes of content
     */
    record Live(String kind, long records, long payloadBytes) implements SectionBody {}
}
