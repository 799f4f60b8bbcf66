package dev.ferry.tools.inspect;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ferry.stream.Finding;
import dev.ferry.stream.Place;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.tools.Version;
import dev.ferry.tools.json.FindingJson;
import dev.ferry.tools.json.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes an inspection as the JSON object that {@code inspect.schema.json} describes. */
final class JsonReport {

    /** Changes when a key changes its meaning or goes; not when one is added. */
    static final int SCHEMA = 1;

    private final Inspection inspection;
    private final OutputStream target;
    private final JsonGenerator out;

    JsonReport(Inspection inspection, OutputStream target) throws IOException {
        this.inspection = inspection;
        this.target = target;
        this.out = Json.generator(target);
    }

    /** Writes one line. */
    void write(JsonListings listings, @Nullable JsonListing pages, @Nullable BlockDigests digests)
            throws IOException {
        out.writeStartObject();
        out.writeNumberField("schema", SCHEMA);
        out.writeStringField("ferry", Version.NUMBER);
        out.writeFieldName("input");
        InputJson.write(out, inspection);
        out.writeFieldName("stream");
        stream();
        out.writeFieldName("channels");
        ChannelsJson.write(out, inspection);
        RamJson.write(out, inspection, digests);
        listings.sections().writeTo(out, "sections", target);
        listings.commands().writeTo(out, "commands", target);
        ChannelsJson.returnPath(out, inspection);
        listings.devices().writeTo(out, "devices", target);
        if (pages != null) {
            pages.writeTo(out, "pages", target);
        }
        unreadable();
        uefi();
        SevJson.write(out, inspection.input().sev(), inspection.input().files().sevKey() != null);
        findings();
        out.writeEndObject();
        out.writeRaw('\n');
        out.flush();
    }

    private void stream() throws IOException {
        Optional<StreamItem.Configuration> configuration = inspection.configuration();
        StreamItem.Header header = inspection.header();
        StreamItem.Description description = inspection.description();
        out.writeStartObject();
        Json.optional(out, "version", header == null ? -1 : header.version(), -1);
        out.writeStringField(
                "machine", configuration.isPresent() ? configuration.get().machine() : null);
        out.writeArrayFieldStart("capabilities");
        if (configuration.isPresent()) {
            for (String capability : configuration.get().capabilities()) {
                out.writeString(capability);
            }
        }
        out.writeEndArray();
        out.writeStringField(
                "uuid",
                configuration.isPresent() && configuration.get().uuid().isPresent()
                        ? configuration.get().uuid().get().toString()
                        : null);
        if (configuration.isPresent()) {
            out.writeNumberField("configurationOffset", configuration.get().at());
            if (configuration.get().targetPageBits().isPresent()) {
                out.writeNumberField(
                        "targetPageBits", configuration.get().targetPageBits().getAsInt());
            }
        }
        Json.optional(out, "targetPageSize", inspection.reader().ram().pageSize(), 0);
        out.writeBooleanField("description", description != null);
        if (description != null) {
            out.writeNumberField("descriptionLength", description.length());
        }
        Optional<Boolean> footers = inspection.reader().footers();
        if (footers.isPresent()) {
            out.writeBooleanField("footers", footers.get());
        } else {
            out.writeNullField("footers");
        }
        out.writeBooleanField("complete", inspection.ended() && inspection.failure() == null);
        Json.optional(out, "trailing", inspection.trailing(), -1);
        GlobalState state = inspection.globalState();
        out.writeStringField("runstate", state == null ? null : state.runstate());
        producer();
        out.writeEndObject();
    }

    private void producer() throws IOException {
        VersionEvidence evidence = Producer.of(inspection);
        out.writeObjectFieldStart("producer");
        out.writeStringField("atLeast", evidence.lowest().isEmpty() ? null : evidence.lowest());
        out.writeStringField("atMost", evidence.highest().isEmpty() ? null : evidence.highest());
        out.writeArrayFieldStart("features");
        for (String feature : Producer.features(inspection)) {
            out.writeString(feature);
        }
        out.writeEndArray();
        out.writeEndObject();
    }

    private void unreadable() throws IOException {
        out.writeArrayFieldStart("unreadable");
        for (StreamItem.Unreadable item : inspection.unreadable()) {
            out.writeStartObject();
            if (inspection.reader().channels().size() > 1) {
                out.writeNumberField("channel", item.channel());
            }
            out.writeNumberField("offset", item.at());
            out.writeStringField("what", item.what());
            out.writeStringField("reason", item.reason());
            Json.optional(out, "resumesAt", item.resumesAt(), -1);
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    private void uefi() throws IOException {
        UefiVariables uefi = inspection.uefi();
        if (uefi == null) {
            out.writeNullField("uefi");
            return;
        }
        out.writeObjectFieldStart("uefi");
        out.writeStringField("block", uefi.block());
        Json.optional(out, "variables", uefi.count(), -1);
        Boolean enabled = uefi.sevLiveMigration();
        if (enabled == null) {
            out.writeNullField("sevLiveMigrationEnabled");
        } else {
            out.writeBooleanField("sevLiveMigrationEnabled", enabled);
        }
        if (!uefi.damage().isEmpty()) {
            out.writeStringField("damage", uefi.damage());
        }
        out.writeEndObject();
    }

    private void findings() throws IOException {
        out.writeArrayFieldStart("findings");
        for (Finding finding : inspection.findings().list()) {
            FindingJson.write(out, finding, channel(finding.at()));
        }
        out.writeEndArray();
    }

    /** The channel a place is in; -1 where there is only one. */
    private int channel(Place at) {
        return inspection.reader().channels().size() > 1
                ? FindingJson.channel(inspection.reader(), at)
                : -1;
    }
}
