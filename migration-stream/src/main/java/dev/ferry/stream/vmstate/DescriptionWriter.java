package dev.ferry.stream.vmstate;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Serial;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;

/** Writes a {@link VmDescription} as QEMU does: one line, {@code ", "} and {@code ": "} between. */
final class DescriptionWriter {

    private static final class Spacing extends MinimalPrettyPrinter {
        @Serial private static final long serialVersionUID = 1L;

        @Override
        public void writeObjectFieldValueSeparator(JsonGenerator out) throws IOException {
            out.writeRaw(": ");
        }

        @Override
        public void writeObjectEntrySeparator(JsonGenerator out) throws IOException {
            out.writeRaw(", ");
        }

        @Override
        public void writeArrayValueSeparator(JsonGenerator out) throws IOException {
            out.writeRaw(", ");
        }
    }

    private final JsonGenerator out;

    private DescriptionWriter(JsonGenerator out) {
        this.out = out;
    }

    static byte[] write(VmDescription description) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 16);
        try (JsonGenerator out = new JsonFactory().createGenerator(bytes)) {
            out.setPrettyPrinter(new Spacing());
            new DescriptionWriter(out).description(description);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return bytes.toByteArray();
    }

    private void description(VmDescription description) throws IOException {
        out.writeStartObject();
        Optional<VmStateLayout> configuration = description.configuration();
        if (configuration.isPresent()) {
            out.writeFieldName("configuration");
            vmsd(configuration.get());
        }
        if (description.pageSize().isPresent()) {
            out.writeNumberField("page_size", description.pageSize().getAsInt());
        }
        out.writeArrayFieldStart("devices");
        for (DeviceDescription device : description.devices()) {
            device(device);
        }
        out.writeEndArray();
        out.writeEndObject();
    }

    private void device(DeviceDescription device) throws IOException {
        out.writeStartObject();
        out.writeStringField("name", device.name());
        out.writeNumberField("instance_id", device.instance());
        if (device.oldStyle()) {
            oldStyle(device.layout().fields());
        } else {
            members(device.layout());
        }
        out.writeEndObject();
    }

    /** The one buffer of a device that writes its bytes itself; size before type here. */
    private void oldStyle(List<FieldLayout> fields) throws IOException {
        long size = 0;
        for (FieldLayout field : fields) {
            size += field.size();
        }
        out.writeNumberField("size", size);
        out.writeArrayFieldStart("fields");
        for (FieldLayout field : fields) {
            out.writeStartObject();
            out.writeStringField("name", field.name());
            out.writeNumberField("size", field.size());
            out.writeStringField("type", field.type().name());
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    private void vmsd(VmStateLayout layout) throws IOException {
        out.writeStartObject();
        members(layout);
        out.writeEndObject();
    }

    private void members(VmStateLayout layout) throws IOException {
        out.writeStringField("vmsd_name", layout.name());
        out.writeNumberField("version", layout.version());
        out.writeArrayFieldStart("fields");
        for (FieldLayout field : layout.fields()) {
            field(field);
        }
        out.writeEndArray();
        if (!layout.subsections().isEmpty()) {
            out.writeArrayFieldStart("subsections");
            for (VmStateLayout subsection : layout.subsections()) {
                vmsd(subsection);
            }
            out.writeEndArray();
        }
    }

    private void field(FieldLayout field) throws IOException {
        out.writeStartObject();
        out.writeStringField("name", field.name());
        switch (field.repeat()) {
            case Repeat.Once() -> {}
            case Repeat.Array(int length) -> out.writeNumberField("array_len", length);
            case Repeat.Element(int index) -> out.writeNumberField("index", index);
        }
        out.writeStringField("type", field.type().name());
        if (field.type().kind() == FieldType.Kind.STRUCT) {
            out.writeFieldName("struct");
            if (field.nested().isEmpty()) {
                out.writeStartObject();
                out.writeEndObject();
            } else {
                vmsd(field.nested().getFirst());
            }
        } else {
            for (VmStateLayout element : field.nested()) {
                members(element);
            }
        }
        out.writeNumberField("size", field.size());
        out.writeEndObject();
    }
}
