package dev.ferry.stream.vmstate;

import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.Place;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The description at a stream's end: one JSON object that tells the shape of every device section,
 * in the order the sections were written. It is valid for the stream it ends and for no other.
 *
 * <pre>
 *  { "configuration": vmsd,           // since about 8.2
 *    "page_size": 4096,
 *    "devices": [ {"name": idstr, "instance_id": n, vmsd members}, ... ] }
 *  vmsd  := {"vmsd_name", "version", "fields": [field...], "subsections": [vmsd...]}
 *  field := {"name", "array_len" | "index", "type", "struct": vmsd, "size"}
 * </pre>
 *
 * Live sections (RAM, dirty bitmaps) are not described. Lists repeat the keys of a vmsd inside one
 * field object, once per element. Source: QEMU migration/savevm.c and vmstate.c.
 */
public final class VmDescription {

    /** What a stream has that ends in a description of length 0. */
    public static final VmDescription EMPTY = new VmDescription(null, 0, List.of());

    private record Key(String name, long instance) {

        // What the compiler makes for records is put together at run time, which takes 20 ms once.
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key && instance == key.instance && name.equals(key.name);
        }

        @Override
        public int hashCode() {
            return name.hashCode() * 31 + Long.hashCode(instance);
        }
    }

    private final @Nullable VmStateLayout configuration;
    private final int pageSize;
    private final List<DeviceDescription> devices;
    private final Map<Key, DeviceDescription> byKey;

    /**
     * @param pageSize of the target in bytes, 0 where the description does not say
     */
    public VmDescription(
            @Nullable VmStateLayout configuration, int pageSize, List<DeviceDescription> devices) {
        this.configuration = configuration;
        this.pageSize = pageSize;
        this.devices = List.copyOf(devices);
        this.byKey = HashMap.newHashMap(devices.size());
        for (DeviceDescription device : devices) {
            byKey.put(new Key(device.name(), device.instance()), device);
        }
    }

    /**
     * Reads a description.
     *
     * @param json the text, without anything around it
     * @param at where its first byte stands
     * @throws MalformedStreamException if it is no JSON or no description; the place is that of the
     *     offending byte
     */
    public static VmDescription parse(byte[] json, Place at) throws MalformedStreamException {
        return new DescriptionParser(json, at).parse();
    }

    /** The text as QEMU would write it; the inverse of {@link #parse}. */
    public byte[] toJson() {
        return DescriptionWriter.write(this);
    }

    /** The shape of the configuration section, where described. */
    public Optional<VmStateLayout> configuration() {
        return Optional.ofNullable(configuration);
    }

    /** The target's page size in bytes, where described. */
    public OptionalInt pageSize() {
        return pageSize == 0 ? OptionalInt.empty() : OptionalInt.of(pageSize);
    }

    /** All described sections, in stream order. */
    public List<DeviceDescription> devices() {
        return devices;
    }

    /** What is said about one section; the last word where there are several. */
    public Optional<DeviceDescription> device(String name, long instance) {
        return Optional.ofNullable(byKey.get(new Key(name, instance)));
    }
}
