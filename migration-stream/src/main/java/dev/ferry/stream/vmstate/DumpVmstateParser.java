package dev.ferry.stream.vmstate;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.Place;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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
 * Wire types are not in it; sizes are those of C objects. What is made of that: 1, 2, 4 and 8 bytes
 * are unsigned integers (booleans and signed ones look the same there), other sizes are buffers, a
 * size of 0 is a value of unknown length, {@code field_exists} is a field that may be missing,
 * {@code num} (since 9.0) the number of elements. Lengths that other fields hold are not told, and
 * devices without a table (the CPU among them) are not in the file. Source: QEMU
 * migration/savevm.c, dump_vmstate_json_to_file.
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
    private final List<LayoutTemplate> sections = new ArrayList<>();
    private final Map<String, LayoutTemplate> subsections = new HashMap<>();
    private final List<String> notes = new ArrayList<>();
    private String machine = "";

    DumpVmstateParser(Place start) {
        this.start = start;
    }

    void parse(byte[] json) throws MalformedStreamException {
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
    }

    String machine() {
        return machine;
    }

    List<LayoutTemplate> sections() {
        return sections;
    }

    Map<String, LayoutTemplate> subsections() {
        return subsections;
    }

    /** What the file leaves open, in words. */
    List<String> notes() {
        return notes;
    }

    private void device(JsonParser in, String type) throws IOException {
        object(
                in,
                (key, value) -> {
                    if (key.equals("Description")) {
                        sections.add(description(in, type));
                    } else if (type.equals(MACHINE) && key.equals("Name")) {
                        machine = in.getText();
                    } else {
                        in.skipChildren();
                    }
                });
    }

    /** A field as it stands in the file. */
    private static final class Field {
        String name = "";
        int version;
        boolean optional;
        int count = 1;
        long size;
        final List<LayoutTemplate> nested = new ArrayList<>(1);
    }

    private LayoutTemplate description(JsonParser in, String type) throws IOException {
        String[] name = {""};
        int[] version = {0};
        List<Field> fields = new ArrayList<>();
        List<LayoutTemplate> nested = new ArrayList<>();
        object(
                in,
                (key, value) -> {
                    switch (key) {
                        case "name" -> name[0] = in.getText();
                        case "version_id" -> version[0] = (int) number(in, Integer.MAX_VALUE);
                        case "Fields" -> array(in, () -> fields.add(field(in, type)));
                        case "Subsections" -> array(in, () -> nested.add(description(in, type)));
                        default -> in.skipChildren();
                    }
                });
        for (LayoutTemplate subsection : nested) {
            subsections.putIfAbsent(subsection.name(), subsection);
        }
        return new LayoutTemplate(name[0], version[0], templates(fields, version[0], type));
    }

    private Field field(JsonParser in, String type) throws IOException {
        Field field = new Field();
        object(
                in,
                (key, value) -> {
                    switch (key) {
                        case "field" -> field.name = in.getText();
                        case "version_id" -> field.version = (int) number(in, Integer.MAX_VALUE);
                        case "field_exists" -> field.optional = value == JsonToken.VALUE_TRUE;
                        case "num" -> field.count = (int) number(in, Integer.MAX_VALUE);
                        case "size" -> field.size = number(in, Integer.MAX_VALUE);
                        case "Description" -> field.nested.add(description(in, type));
                        default -> in.skipChildren();
                    }
                });
        return field;
    }

    private List<FieldTemplate> templates(List<Field> fields, int version, String type) {
        Map<String, Integer> uses = new HashMap<>();
        for (Field field : fields) {
            uses.merge(field.name, 1, Integer::sum);
        }
        Map<String, Integer> seen = new HashMap<>();
        List<FieldTemplate> templates = new ArrayList<>();
        for (Field field : fields) {
            int use = seen.merge(field.name, 1, Integer::sum) - 1;
            if (!field.optional && field.version > version) {
                continue;
            }
            boolean several = uses.getOrDefault(field.name, 1) > 1;
            templates.add(
                    template(field, several ? field.name + "[" + use + "]" : field.name, type));
        }
        return templates;
    }

    private FieldTemplate template(Field field, String name, String type) {
        List<Integer> counts = field.optional ? List.of(field.count, 0) : List.of(field.count);
        FieldType wire;
        List<Long> sizes = List.of(field.size);
        if (!field.nested.isEmpty()) {
            wire = FieldType.of("struct");
            sizes = List.of();
        } else if (field.size == 0) {
            wire = FieldType.of(name.equals("virtio") ? name : "unknown");
            sizes = List.of();
            notes.add(type + ": the length of field '" + name + "' is not told");
        } else if (field.size <= Long.BYTES && Long.bitCount(field.size) == 1) {
            wire = FieldType.of("uint" + field.size * 8);
        } else {
            wire = FieldType.of("buffer");
        }
        boolean elements = !field.nested.isEmpty() && field.count > 1;
        return new FieldTemplate(name, wire, elements, 0, counts, sizes, field.nested);
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
