package dev.ferry.stream.vmstate;

import dev.ferry.stream.Limits;
import dev.ferry.stream.Place;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The device sections at the end of a captured stream: found from the description, which stands
 * last, and by the header of the first section it describes. Needs no reader of RAM.
 *
 * @param stream all bytes
 * @param json the description as it stands in the stream
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record DeviceSections(
        String name,
        byte[] stream,
        byte[] json,
        VmDescription description,
        List<Section> sections) {

    /** One section as found. */
    record Section(int id, int bodyOffset, boolean footer, DeviceState state) {}

    /** Empty if the stream ends without a description. */
    static Optional<DeviceSections> find(String name, byte[] stream) throws IOException {
        int jsonStart = TrailingDescription.find(stream);
        if (jsonStart < 0) {
            return Optional.empty();
        }
        byte[] json = Arrays.copyOfRange(stream, jsonStart, stream.length);
        VmDescription description = VmDescription.parse(json, new Place(name, jsonStart, ""));
        List<Section> sections = new ArrayList<>();
        int first = firstSection(stream, jsonStart, description.devices().getFirst());
        WireInput in = new WireInput(new MemorySource(name, stream));
        in.seek(first);
        while (in.peek(0) == 0x04) {
            in.u8("type");
            int id = (int) in.u32("id");
            String idstr = in.str8("name");
            long instance = in.u32("instance");
            long version = in.u32("version");
            int body = (int) in.offset();
            VmStateLayout layout = description.device(idstr, instance).orElseThrow().layout();
            DeviceState state =
                    VmStateDecoder.decode(in, layout, idstr, instance, version, Limits.DEFAULT);
            boolean footer = in.peek(0) == 0x7e;
            if (footer) {
                in.u8("footer");
                if ((int) in.u32("footer id") != id) {
                    throw new IOException(name + ": wrong footer id after " + idstr);
                }
            }
            sections.add(new Section(id, body, footer, state));
        }
        if (in.u8("end of file mark") != 0) {
            throw new IOException(name + ": no end of file mark at " + in.offset());
        }
        return Optional.of(new DeviceSections(name, stream, json, description, sections));
    }

    private static int firstSection(byte[] stream, int end, DeviceDescription device)
            throws IOException {
        byte[] name = device.name().getBytes(StandardCharsets.ISO_8859_1);
        for (int i = end - name.length - 14; i >= 0; i--) {
            if (stream[i] == 0x04
                    && stream[i + 5] == name.length
                    && Arrays.equals(stream, i + 6, i + 6 + name.length, name, 0, name.length)
                    && ByteBuffer.wrap(stream, i + 6 + name.length, 4).getInt()
                            == (int) device.instance()) {
                return i;
            }
        }
        throw new IOException("no section " + device.name());
    }

    /** The bytes of a section's body. */
    byte[] body(Section section) {
        int length = (int) section.state().length();
        return Arrays.copyOfRange(stream, section.bodyOffset(), section.bodyOffset() + length);
    }

    @Override
    public String toString() {
        return name;
    }
}
