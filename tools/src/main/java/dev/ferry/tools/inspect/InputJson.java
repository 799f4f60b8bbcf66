package dev.ferry.tools.inspect;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ferry.stream.container.LibvirtSaveImage;
import dev.ferry.stream.container.OpenedInput;
import dev.ferry.stream.container.PlainStream;
import dev.ferry.stream.container.Qcow2Snapshot;
import dev.ferry.stream.container.Qcow2SnapshotEntry;
import dev.ferry.tools.json.Json;
import java.io.IOException;

/** What the input is as a file. */
final class InputJson {

    private InputJson() {}

    static void write(JsonGenerator out, Inspection inspection) throws IOException {
        OpenedInput opened = inspection.input().opened();
        out.writeStartObject();
        out.writeStringField("path", inspection.input().files().main());
        Json.optional(out, "bytes", inspection.input().bytes(), -1);
        out.writeStringField("compression", opened.compression().label());
        out.writeStringField("container", inspection.container());
        out.writeNumberField("streamOffset", opened.stream().fileOrigin());
        switch (opened.container()) {
            case PlainStream plain -> {}
            case LibvirtSaveImage image -> libvirt(out, image);
            case Qcow2Snapshot snapshot -> qcow2(out, snapshot);
        }
        out.writeEndObject();
    }

    private static void libvirt(JsonGenerator out, LibvirtSaveImage image) throws IOException {
        DomainXml domain = DomainXml.of(image.xml());
        out.writeObjectFieldStart("libvirt");
        out.writeBooleanField("complete", image.complete());
        out.writeNumberField("version", image.version());
        out.writeStringField("format", image.format().label());
        out.writeBooleanField("wasRunning", image.wasRunning());
        out.writeStringField("name", domain.name());
        out.writeStringField("uuid", domain.uuid());
        out.writeBooleanField("cookie", image.cookie().isPresent());
        out.writeNumberField("dataLength", image.dataLength());
        out.writeNumberField("padding", image.paddingLength());
        out.writeEndObject();
    }

    private static void qcow2(JsonGenerator out, Qcow2Snapshot image) throws IOException {
        out.writeObjectFieldStart("qcow2");
        out.writeNumberField("version", image.version());
        out.writeNumberField("clusterSize", image.clusterSize());
        Json.unsigned(out, "virtualSize", image.virtualSize());
        out.writeBooleanField("dirty", image.dirty());
        out.writeBooleanField("corrupt", image.corrupt());
        out.writeStringField("snapshot", image.chosen().name());
        out.writeArrayFieldStart("snapshots");
        for (Qcow2SnapshotEntry entry : image.snapshots()) {
            out.writeStartObject();
            out.writeStringField("id", entry.id());
            out.writeStringField("name", entry.name());
            out.writeStringField("date", entry.date().toString());
            Json.unsigned(out, "vmClockNanos", entry.vmClockNanos());
            Json.unsigned(out, "vmStateSize", entry.vmStateSize());
            out.writeEndObject();
        }
        out.writeEndArray();
        out.writeEndObject();
    }
}
