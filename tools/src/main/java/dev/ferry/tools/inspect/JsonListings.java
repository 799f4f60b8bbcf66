package dev.ferry.tools.inspect;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ferry.stream.item.SectionBody;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.vmstate.DeviceState;
import dev.ferry.tools.json.Json;
import dev.ferry.tools.json.ValueJson;
import java.io.Closeable;
import java.io.IOException;

/** The parts of the JSON view that grow with the stream, written while it is read. */
final class JsonListings implements InspectionListener, Closeable {

    private final boolean channels;
    private final DeviceFilter filter;
    private final JsonListing sections = new JsonListing();
    private final JsonListing commands = new JsonListing();
    private final JsonListing devices = new JsonListing();

    /**
     * @param channels whether there are several channels, so that an offset needs one
     * @param filter which devices are shown
     */
    JsonListings(boolean channels, DeviceFilter filter) throws IOException {
        this.channels = channels;
        this.filter = filter;
    }

    JsonListing sections() {
        return sections;
    }

    JsonListing commands() {
        return commands;
    }

    JsonListing devices() {
        return devices;
    }

    private void place(JsonGenerator out, StreamItem item) throws IOException {
        if (channels) {
            out.writeNumberField("channel", item.channel());
        }
        out.writeNumberField("offset", item.at());
    }

    @Override
    public void section(StreamItem.Section section, long pages) throws IOException {
        JsonGenerator out = sections.out();
        out.writeStartObject();
        place(out, section);
        if (section.depth() > 0) {
            out.writeNumberField("depth", section.depth());
        }
        out.writeStringField("type", section.type().key());
        out.writeNumberField("id", section.id());
        out.writeStringField("name", section.name());
        out.writeNumberField("instance", section.instance());
        out.writeNumberField("version", section.version());
        out.writeNumberField("length", section.length());
        switch (section.body()) {
            case SectionBody.Ram ram -> out.writeNumberField("pages", pages);
            case SectionBody.Device device -> {}
            case SectionBody.Live live -> {
                out.writeStringField("content", live.kind());
                out.writeNumberField("records", live.records());
                out.writeNumberField("payloadBytes", live.payloadBytes());
            }
        }
        out.writeEndObject();
    }

    @Override
    public void command(StreamItem.Command command) throws IOException {
        JsonGenerator out = commands.out();
        out.writeStartObject();
        place(out, command);
        if (command.depth() > 0) {
            out.writeNumberField("depth", command.depth());
        }
        out.writeNumberField("id", command.id().code());
        out.writeStringField("name", command.id().name());
        out.writeNumberField("length", command.length());
        out.writeStringField("payload", Json.hex(command.raw()));
        out.writeEndObject();
    }

    @Override
    public void device(StreamItem.Section section, SectionBody.Device device) throws IOException {
        if (!filter.passes(section.name(), section.instance())) {
            return;
        }
        // Decoded before anything is written: that may fail, and what is begun cannot be taken
        // back.
        DeviceState state = device.state();
        JsonGenerator out = devices.out();
        out.writeStartObject();
        out.writeStringField("name", section.name());
        out.writeNumberField("instance", section.instance());
        out.writeNumberField("version", section.version());
        place(out, section);
        out.writeNumberField("length", section.length());
        out.writeFieldName("state");
        ValueJson.write(out, state.root());
        out.writeEndObject();
    }

    @Override
    public void close() throws IOException {
        sections.close();
        commands.close();
        devices.close();
    }
}
