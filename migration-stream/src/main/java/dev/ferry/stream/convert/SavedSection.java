package dev.ferry.stream.convert;

import dev.ferry.stream.Limits;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.item.SectionBody;
import dev.ferry.stream.item.SectionType;
import dev.ferry.stream.vmstate.DeviceDescription;
import dev.ferry.stream.vmstate.DeviceState;
import dev.ferry.stream.vmstate.VmStateDecoder;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A section other than RAM, ready to be written again.
 *
 * @param type START, PART and END of live handlers, FULL of devices
 * @param id section id, u32
 * @param name idstr
 * @param instance instance id, u32
 * @param version of the section, u32
 * @param body its bytes, without head and footer
 * @param device what the reader knew of a device; null for live sections
 */
public record SavedSection(
        SectionType type,
        long id,
        String name,
        long instance,
        long version,
        SavedBody body,
        SectionBody.@Nullable Device device) {

    /** Whether it is a device's state, which can be decoded. */
    public boolean isDevice() {
        return device != null;
    }

    /**
     * What the device's state looks like.
     *
     * @throws IllegalStateException if it is no device
     */
    public DeviceDescription description() throws IOException {
        if (device == null) {
            throw new IllegalStateException("section '" + name + "' is no device");
        }
        return device.description();
    }

    /**
     * The device's state; offsets in it count from the body's first byte.
     *
     * @throws IllegalStateException if it is no device
     * @throws dev.ferry.stream.StreamException if it is not as described
     */
    public DeviceState state() throws IOException {
        DeviceDescription shape = description();
        try (WireInput in = new WireInput(new MemorySource(name, body.bytes()))) {
            return VmStateDecoder.decode(
                    in, shape.layout(), name, instance, version, Limits.DEFAULT);
        }
    }
}
