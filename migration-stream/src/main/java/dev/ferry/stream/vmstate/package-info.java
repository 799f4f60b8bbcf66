/**
 * Device state: its shape, its values, and how one is read by the other.
 *
 * <p>A {@link dev.ferry.stream.vmstate.VmStateLayout} is the shape of one device's state as a plain
 * value: field names, wire types, counts, nested structures, subsections. It is parsed from the
 * JSON description at a stream's end ({@link dev.ferry.stream.vmstate.VmDescription}), or comes
 * from a catalogue for streams that have none. {@link dev.ferry.stream.vmstate.VmStateDecoder}
 * reads a section's body by a layout into a {@link dev.ferry.stream.vmstate.DeviceState}; {@link
 * dev.ferry.stream.vmstate.VmStateEncoder} gives the very bytes back.
 *
 * <p>Sections that are not device state (RAM, dirty bitmaps) live elsewhere.
 */
@NullMarked
package dev.ferry.stream.vmstate;

import org.jspecify.annotations.NullMarked;
