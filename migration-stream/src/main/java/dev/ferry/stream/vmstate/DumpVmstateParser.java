package dev.ferry.stream.vmstate;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.Place;
import dev.ferry.stream.vmstate.VmStateTable.Field;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the file that {@code qemu-system-TARGET -M MACHINE -dump-vmstate FILE} writes: the static
 * tables of all device types that can be made, not of one machine's state.
 *
 * <pre>
 *  { "vmschkmachine": {"Name": machine},
 *    type: {"Name": type, "version_id": n, "minimum_version_id": n, "Description": description}, ... }
 *  description := {"name", "version_id", "minimum_version_id", "Fields": [field...],
 *                  "Subsections": [description...]}
 *  field       := {"field", "version_id", "field_exists", "num", "size", "Description"}
 * </pre>
 *
 * Source: QEMU migration/savevm.c, dump_vmstate_json_to_file.
 */
final class DumpVmstateParser {

    private static final int MAX_DEPTH = 200;

    private static final JsonFactory JSON =
            new JsonFactoryBuilder()
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
                    .build();

    private static final String MACHINE = "vmschkmachine";

    private final Place start;
    private final Map<String, VmStateTable> devices = new LinkedHashMap<>();
    private final Map<String, String> names = new HashMap<>();
    private String machine = "";

    DumpVmstateParser(Place start) {
        this.start = start;
    }

    VmStateDump parse(byte[] json) throws MalformedStreamException {
        try (JsonParser in = JSON.createParser(json)) {
            in.nextToken();
            object(in, (type, value) -> device(in, type));
        } catch (JsonProcessingException e) {
            long offset = e.getLocation() == null ? 0 : e.getLocation().getByteOffset();
            throw new MalformedStreamException(
                    "vmstate dump: " + e.getOriginalMessage(),
                    new Place(start.source(), start.offset() + Math.max(offset, 0), ""),
                    e);
        } catch (MalformedStreamException e) {
            throw e;
        } catch (IOException e) {
            throw new MalformedStreamException("vmstate dump: not readable as JSON", start, e);
        }
        return new VmStateDump(machine, devices);
    }

    private void device(JsonParser in, String type) throws IOException {
        object(
                in,
                (key, value) -> {
                    if (key.equals("Description")) {
                        devices.put(type, table(in));
                    } else if (type.equals(MACHINE) && key.equals("Name")) {
                        machine = in.getText();
                    } else {
                        in.skipChildren();
                    }
                });
    }

    /** A structure as it stands in the file. */
    private static final class Raw {
        String name = "";
        long version;
        long minimumVersion;
        long size;
        int count;
        boolean conditional;
        @Nullable VmStateTable nested;
        final List<Raw> fields = new ArrayList<>();
        final List<VmStateTable> subsections = new ArrayList<>();
    }

    private VmStateTable table(JsonParser in) throws IOException {
        Raw raw = new Raw();
        object(
                in,
                (key, value) -> {
                    switch (key) {
                        case "name" -> raw.name = name(in);
                        case "version_id" -> raw.version = number(in, Integer.MAX_VALUE);
                        case "minimum_version_id" ->
                                raw.minimumVersion = number(in, Integer.MAX_VALUE);
                        case "Fields" -> array(in, () -> raw.fields.add(field(in)));
                        case "Subsections" -> array(in, () -> raw.subsections.add(table(in)));
                        default -> in.skipChildren();
                    }
                });
        return new VmStateTable(
                raw.name, raw.version, raw.minimumVersion, fields(raw.fields), raw.subsections);
    }

    private Raw field(JsonParser in) throws IOException {
        Raw field = new Raw();
        object(
                in,
                (key, value) -> {
                    switch (key) {
                        case "field" -> field.name = name(in);
                        case "version_id" -> field.version = number(in, Integer.MAX_VALUE);
                        case "field_exists" -> field.conditional = value == JsonToken.VALUE_TRUE;
                        case "num" -> field.count = (int) number(in, Integer.MAX_VALUE);
                        case "size" -> field.size = number(in, Integer.MAX_VALUE);
                        case "Description" -> field.nested = table(in);
                        default -> in.skipChildren();
                    }
                });
        return field;
    }

    /** Numbers the fields that share a name, as descriptions in streams do. */
    private static List<Field> fields(List<Raw> raws) {
        Map<String, Integer> uses = new HashMap<>();
        for (Raw raw : raws) {
            uses.merge(raw.name, 1, Integer::sum);
        }
        Map<String, Integer> seen = new HashMap<>();
        List<Field> fields = new ArrayList<>(raws.size());
        for (Raw raw : raws) {
            int use = seen.merge(raw.name, 1, Integer::sum) - 1;
            boolean several = uses.getOrDefault(raw.name, 1) > 1;
            fields.add(
                    new Field(
                            several ? raw.name + "[" + use + "]" : raw.name,
                            raw.version,
                            raw.conditional,
                            raw.count,
                            raw.size,
                            raw.nested));
        }
        return fields;
    }

    private interface Member {
        void take(String key, JsonToken value) throws IOException;
    }

    private interface Element {
        void take() throws IOException;
    }

    private void object(JsonParser in, Member member) throws IOException {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            throw malformed(in, "expected an object, found " + in.currentToken());
        }
        for (String key = in.nextFieldName(); key != null; key = in.nextFieldName()) {
            member.take(key, in.nextToken());
        }
    }

    private void array(JsonParser in, Element element) throws IOException {
        if (in.currentToken() != JsonToken.START_ARRAY) {
            throw malformed(in, "expected an array, found " + in.currentToken());
        }
        while (in.nextToken() != JsonToken.END_ARRAY) {
            element.take();
        }
    }

    private String name(JsonParser in) throws IOException {
        String text = in.getText();
        String known = names.putIfAbsent(text, text);
        return known == null ? text : known;
    }

    private long number(JsonParser in, long limit) throws IOException {
        if (in.currentToken() == JsonToken.VALUE_NUMBER_INT
                && in.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
            long value = in.getLongValue();
            if (value >= 0 && value <= limit) {
                return value;
            }
        }
        throw malformed(in, "expected a number from 0 to " + limit + ", found " + in.getText());
    }

    private MalformedStreamException malformed(JsonParser in, String problem) {
        long offset = in.currentTokenLocation().getByteOffset();
        return new MalformedStreamException(
                "vmstate dump: " + problem,
                new Place(start.source(), start.offset() + Math.max(offset, 0), ""));
    }
}
