package dev.ferry.tools.diff;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.vmstate.StateComparison;
import dev.ferry.stream.vmstate.VmStateValue;
import dev.ferry.stream.vmstate.VmStateValue.BytesValue;
import dev.ferry.tools.Version;
import dev.ferry.tools.json.Json;
import dev.ferry.tools.json.ValueJson;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All differences, as the JSON object that {@code diff.schema.json} describes. */
final class JsonDiff implements DiffReport {

    /** Changes when a key changes its meaning or goes; not when one is added. */
    private static final int SCHEMA = 1;

    /** Bytes of a buffer or page, from the first that differs on. */
    private static final int BYTES = 32;

    private final JsonGenerator out;

    JsonDiff(OutputStream target) throws IOException {
        this.out = Json.generator(target);
    }

    @Override
    public void begin(Side a, Side b) throws IOException {
        out.writeStartObject();
        out.writeNumberField("schema", SCHEMA);
        out.writeStringField("ferry", Version.NUMBER);
        side("a", a);
        side("b", b);
        out.writeArrayFieldStart("stream");
    }

    private void side(String name, Side side) throws IOException {
        out.writeObjectFieldStart(name);
        out.writeStringField("path", side.path());
        out.writeStringField("compression", side.input().compression().label());
        out.writeStringField("container", side.container());
        out.writeStringField("machine", side.machine());
        out.writeEndObject();
    }

    @Override
    public void stream(String what, @Nullable String a, @Nullable String b) throws IOException {
        out.writeStartObject();
        out.writeStringField("what", what);
        out.writeStringField("a", a);
        out.writeStringField("b", b);
        out.writeEndObject();
    }

    @Override
    public void endStream() throws IOException {
        out.writeEndArray();
        out.writeArrayFieldStart("devices");
    }

    @Override
    public StateComparison.Sink device(Side.Key key, long a, long b) throws IOException {
        out.writeStartObject();
        key(key);
        out.writeStringField("in", a < 0 ? "b" : b < 0 ? "a" : "both");
        out.writeObjectFieldStart("version");
        Json.optional(out, "a", a, -1);
        Json.optional(out, "b", b, -1);
        out.writeEndObject();
        out.writeArrayFieldStart("fields");
        return this::field;
    }

    private void key(Side.Key key) throws IOException {
        out.writeStringField("name", key.name());
        out.writeNumberField("instance", key.instance());
    }

    private void field(String path, @Nullable VmStateValue a, @Nullable VmStateValue b)
            throws IOException {
        out.writeStartObject();
        out.writeStringField("path", path);
        if (a instanceof BytesValue here && b instanceof BytesValue there) {
            out.writeStringField("kind", "bytes");
            int at = Arrays.mismatch(here.bytes(), there.bytes());
            out.writeNumberField("aLength", here.bytes().length);
            out.writeNumberField("bLength", there.bytes().length);
            out.writeNumberField("differing", ValueSummary.differing(here.bytes(), there.bytes()));
            out.writeNumberField("offset", at);
            out.writeStringField("a", from(here.bytes(), at));
            out.writeStringField("b", from(there.bytes(), at));
        } else {
            out.writeStringField("kind", a == null ? "onlyB" : b == null ? "onlyA" : "value");
            if (a != null) {
                out.writeFieldName("a");
                ValueJson.write(out, a);
            }
            if (b != null) {
                out.writeFieldName("b");
                ValueJson.write(out, b);
            }
        }
        out.writeEndObject();
    }

    private static String from(byte[] bytes, int at) {
        return Json.hex(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + BYTES)));
    }

    @Override
    public void endDevice() throws IOException {
        out.writeEndArray();
        out.writeEndObject();
    }

    @Override
    public void endDevices() throws IOException {
        out.writeEndArray();
        out.writeArrayFieldStart("live");
    }

    @Override
    public void live(Side.Key key, @Nullable LiveContent a, @Nullable LiveContent b)
            throws IOException {
        out.writeStartObject();
        key(key);
        content("a", a);
        content("b", b);
        out.writeEndObject();
    }

    private void content(String name, @Nullable LiveContent content) throws IOException {
        if (content == null) {
            out.writeNullField(name);
            return;
        }
        out.writeObjectFieldStart(name);
        out.writeNumberField("records", content.records());
        out.writeNumberField("payloadBytes", content.payloadBytes());
        out.writeStringField("sha256", content.sha256());
        out.writeEndObject();
    }

    @Override
    public void endLive() throws IOException {
        out.writeEndArray();
        out.writeArrayFieldStart("blocks");
    }

    @Override
    public boolean details(long rangesBefore) {
        return true;
    }

    @Override
    public void block(BlockDiff block) throws IOException {
        out.writeStartObject();
        out.writeStringField("id", block.id());
        shape("a", block.a());
        shape("b", block.b());
        out.writeNumberField("compared", block.pages());
        out.writeNumberField("differing", block.differing());
        out.writeNumberField("undetermined", block.undetermined());
        if (block.note() != null) {
            out.writeStringField("note", block.note());
        }
        out.writeArrayFieldStart("ranges");
    }

    private void shape(String name, @Nullable RamBlock block) throws IOException {
        if (block == null) {
            out.writeNullField(name);
            return;
        }
        out.writeObjectFieldStart(name);
        out.writeNumberField("index", block.index());
        Json.unsigned(out, "length", block.usedLength());
        out.writeEndObject();
    }

    @Override
    public void range(
            long offset, long pages, long at, @Nullable MemorySegment a, @Nullable MemorySegment b)
            throws IOException {
        out.writeStartObject();
        Json.unsigned(out, "offset", offset);
        out.writeNumberField("pages", pages);
        if (a != null && b != null) {
            out.writeObjectFieldStart("first");
            Json.unsigned(out, "offset", at);
            out.writeStringField("a", bytes(a));
            out.writeStringField("b", bytes(b));
            out.writeEndObject();
        }
        out.writeEndObject();
    }

    private static String bytes(MemorySegment from) {
        return Json.hex(
                from.asSlice(0, Math.min(BYTES, from.byteSize())).toArray(ValueLayout.JAVA_BYTE));
    }

    @Override
    public void endBlock(BlockDiff block) throws IOException {
        out.writeEndArray();
        out.writeEndObject();
    }

    @Override
    public void endBlocks() throws IOException {
        out.writeEndArray();
    }

    @Override
    public void end(Counts counts, List<String> notices, List<String> undetermined)
            throws IOException {
        strings("notices", notices);
        strings("undetermined", undetermined);
        out.writeObjectFieldStart("counts");
        out.writeNumberField("stream", counts.streamFacts());
        out.writeNumberField("devices", counts.differingDevices());
        out.writeNumberField("fields", counts.differingFields());
        out.writeNumberField("blocks", counts.blockFacts());
        out.writeNumberField("pages", counts.differingPages());
        out.writeEndObject();
        out.writeBooleanField("same", counts.same());
        out.writeBooleanField("everythingCompared", counts.complete());
        out.writeEndObject();
        out.writeRaw('\n');
        out.flush();
    }

    private void strings(String name, List<String> texts) throws IOException {
        out.writeArrayFieldStart(name);
        for (String text : texts) {
            out.writeString(text);
        }
        out.writeEndArray();
    }
}
