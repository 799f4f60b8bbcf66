package dev.ferry.tools.inspect;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ferry.sev.SevException;
import dev.ferry.sev.cert.SevCertificate;
import dev.ferry.sev.policy.GuestPolicy;
import dev.ferry.sev.region.GfnRange;
import dev.ferry.sev.stream.SevSummary;
import dev.ferry.sev.stream.SlotBitmap;
import dev.ferry.sev.stream.StartFields;
import dev.ferry.tools.json.Json;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What a stream has of SEV, as JSON. */
final class SevJson {

    private SevJson() {}

    /** Writes the field {@code sev}. */
    static void write(JsonGenerator out, @Nullable SevSummary sev, boolean key) throws IOException {
        if (sev == null) {
            out.writeNullField("sev");
            return;
        }
        out.writeObjectFieldStart("sev");
        out.writeStringField("dialect", sev.dialect().code());
        StartFields start = sev.start();
        if (start == null) {
            out.writeNullField("policy");
            out.writeNullField("sourcePdh");
            out.writeNullField("session");
        } else {
            policy(out, start.policy());
            pdh(out, start);
            out.writeObjectFieldStart("session");
            out.writeNumberField("offset", start.sessionAt());
            out.writeStringField("bytes", Json.hex(start.session()));
            out.writeEndObject();
        }
        out.writeNumberField("encryptedPages", sev.encryptedPages());
        if (key) {
            out.writeNumberField("openedPages", sev.opened());
        } else {
            out.writeNullField("openedPages");
        }
        out.writeStringField("manifest", sev.manifest().key());
        Json.optional(out, "statusOffset", sev.statusAt(), -1);
        regions(out, sev);
        out.writeEndObject();
    }

    private static void policy(JsonGenerator out, GuestPolicy policy) throws IOException {
        out.writeObjectFieldStart("policy");
        out.writeStringField("value", policy.toString());
        out.writeArrayFieldStart("flags");
        for (GuestPolicy.Flag flag : policy.flags()) {
            out.writeString(flag.name());
        }
        out.writeEndArray();
        out.writeStringField("api", policy.apiMajor() + "." + policy.apiMinor());
        out.writeEndObject();
    }

    private static void pdh(JsonGenerator out, StartFields start) throws IOException {
        out.writeObjectFieldStart("sourcePdh");
        out.writeNumberField("offset", start.pdhAt());
        try {
            SevCertificate pdh = SevCertificate.parse(start.pdh());
            out.writeNumberField("version", pdh.version());
            out.writeStringField("api", pdh.apiMajor() + "." + pdh.apiMinor());
            out.writeStringField("usage", "0x" + Integer.toHexString(pdh.usageCode()));
            out.writeStringField("algorithm", "0x" + Integer.toHexString(pdh.algorithmCode()));
        } catch (SevException e) {
            out.writeStringField("problem", e.getMessage());
        }
        out.writeStringField("bytes", Json.hex(start.pdh()));
        out.writeEndObject();
    }

    private static void regions(JsonGenerator out, SevSummary sev) throws IOException {
        out.writeArrayFieldStart("sharedRegions");
        for (GfnRange range : sev.sharedRegions()) {
            out.writeStartObject();
            out.writeNumberField("gfnStart", range.start());
            out.writeNumberField("gfnEnd", range.end());
            out.writeEndObject();
        }
        out.writeEndArray();
        if (sev.bitmaps().isEmpty()) {
            return;
        }
        out.writeArrayFieldStart("bitmaps");
        for (SlotBitmap slot : sev.bitmaps()) {
            out.writeStartObject();
            Json.unsigned(out, "baseGpa", slot.baseGpa());
            Json.unsigned(out, "pages", slot.pages());
            Json.unsigned(out, "encrypted", slot.encrypted());
            out.writeEndObject();
        }
        out.writeEndArray();
    }
}
