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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the JSON of a {@link VmDescription} token by token, because object mappers do not survive
 * the repeated keys of lists. Keys nobody knows yet are passed over.
 */
final class DescriptionParser {

    /** Objects and arrays around one value; real descriptions stay below 40. */
    private static final int MAX_DEPTH = 200;

    private static final JsonFactory JSON =
            new JsonFactoryBuilder()
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
                    .build();

    private final byte[] json;
    private final Place start;
    private final Deque<String> path = new ArrayDeque<>();

    /** One object for each different field type and name, which repeat by the thousand. */
    private final Map<String, FieldType> types = new HashMap<>();

    private final Map<String, String> names = new HashMap<>();
    private @Nullable JsonParser parser;

    DescriptionParser(byte[] json, Place start) {
        this.json = json;
        this.start = start;
    }

    VmDescription parse() throws MalformedStreamException {
        return whole(this::description);
    }

    /** Reads the object of one device by itself. */
    DeviceDescription parseDevice() throws MalformedStreamException {
        return whole(this::device);
    }

    /** What makes something of an object whose brace was just read. */
    private interface Body<T> {
        T read(JsonParser in) throws IOException;
    }

    private <T> T whole(Body<T> body) throws MalformedStreamException {
        try (JsonParser in = JSON.createParser(json)) {
            parser = in;
            if (in.nextToken() != JsonToken.START_OBJECT) {
                throw malformed("expected a JSON object");
            }
            T value = body.read(in);
            if (in.nextToken() != null) {
                throw malformed("more text after the JSON object");
            }
            return value;
        } catch (JsonProcessingException e) {
            throw new MalformedStreamException(
                    "device description: " + e.getOriginalMessage(),
                    place(e.getLocation() == null ? 0 : e.getLocation().getByteOffset()),
                    e);
        } catch (MalformedStreamException e) {
            throw e;
        } catch (IOException e) {
            throw new MalformedStreamException(
                    "device description: not readable as JSON", place(0), e);
        }
    }

    private VmDescription description(JsonParser in) throws IOException {
        LayoutBuilder configuration = null;
        int pageSize = 0;
        List<DeviceDescription> devices = new ArrayList<>();
        for (String key = in.nextFieldName(); key != null; key = in.nextFieldName()) {
            in.nextToken();
            path.push(key);
            switch (key) {
                case "configuration" -> configuration = vmsd(in);
                case "page_size" -> pageSize = integer(in);
                case "devices" -> {
                    array(in);
                    while (in.nextToken() != JsonToken.END_ARRAY) {
                        path.push("#" + devices.size());
                        devices.add(device(in));
                        path.pop();
                    }
                }
                default -> in.skipChildren();
            }
            path.pop();
        }
        VmStateLayout layout = null;
        if (configuration != null) {
            path.push("configuration");
            layout = configuration.build();
            path.pop();
        }
        return new VmDescription(layout, pageSize, devices);
    }

    private DeviceDescription device(JsonParser in) throws IOException {
        object(in);
        String name = null;
        long instance = -1;
        boolean sized = false;
        LayoutBuilder layout = new LayoutBuilder();
        for (String key = in.nextFieldName(); key != null; key = in.nextFieldName()) {
            in.nextToken();
            switch (key) {
                case "name" -> name = string(in);
                case "instance_id" -> instance = number(in, 0xffff_ffffL);
                case "size" -> {
                    sized = true;
                    in.skipChildren();
                }
                default -> member(in, key, layout);
            }
        }
        if (name == null || instance < 0) {
            throw malformed("a device without " + (name == null ? "name" : "instance_id"));
        }
        boolean oldStyle = sized && layout.name == null;
        if (oldStyle) {
            layout.name = name;
        }
        return new DeviceDescription(name, instance, layout.build(), oldStyle);
    }

    private LayoutBuilder vmsd(JsonParser in) throws IOException {
        object(in);
        LayoutBuilder layout = new LayoutBuilder();
        for (String key = in.nextFieldName(); key != null; key = in.nextFieldName()) {
            in.nextToken();
            member(in, key, layout);
        }
        return layout;
    }

    /** Takes a member of a vmsd object into {@code layout}; passes over any other. */
    private void member(JsonParser in, String key, LayoutBuilder layout) throws IOException {
        switch (key) {
            case "vmsd_name" -> layout.name = string(in);
            case "version" -> layout.version = integer(in);
            case "fields" -> {
                array(in);
                path.push(layout.name == null ? "fields" : layout.name);
                while (in.nextToken() != JsonToken.END_ARRAY) {
                    layout.fields.add(field(in, layout.fields.size()));
                }
                path.pop();
            }
            case "subsections" -> {
                array(in);
                path.push("subsections");
                while (in.nextToken() != JsonToken.END_ARRAY) {
                    layout.subsections.add(vmsd(in).build());
                }
                path.pop();
            }
            default -> in.skipChildren();
        }
    }

    private FieldLayout field(JsonParser in, int position) throws IOException {
        object(in);
        path.push("field " + position);
        String name = null;
        FieldType type = null;
        Repeat repeat = Repeat.ONCE;
        long size = -1;
        List<VmStateLayout> nested = new ArrayList<>();
        LayoutBuilder inline = null;
        for (String key = in.nextFieldName(); key != null; key = in.nextFieldName()) {
            in.nextToken();
            switch (key) {
                case "name" -> name = string(in);
                case "type" -> type = types.computeIfAbsent(string(in), FieldType::of);
                case "size" -> size = number(in, Long.MAX_VALUE);
                case "array_len" -> repeat = new Repeat.Array(integer(in));
                case "index" -> repeat = new Repeat.Element(integer(in));
                case "struct" -> {
                    LayoutBuilder struct = vmsd(in);
                    // 7.2 writes an empty object in the place of a null pointer
                    if (struct.name != null || !struct.fields.isEmpty()) {
                        nested.add(struct.build());
                    }
                }
                case "vmsd_name" -> {
                    if (inline != null) {
                        nested.add(inline.build());
                    }
                    inline = new LayoutBuilder();
                    inline.name = string(in);
                }
                default -> {
                    if (inline == null) {
                        in.skipChildren();
                    } else {
                        member(in, key, inline);
                    }
                }
            }
        }
        if (inline != null) {
            nested.add(inline.build());
        }
        if (name == null || type == null || size < 0) {
            String missing = name == null ? "name" : type == null ? "type" : "size";
            throw malformed("a field without " + missing);
        }
        path.pop();
        return new FieldLayout(name, repeat, type, nested, size);
    }

    private final class LayoutBuilder {
        @Nullable String name;
        int version;
        final List<FieldLayout> fields = new ArrayList<>();
        final List<VmStateLayout> subsections = new ArrayList<>();

        VmStateLayout build() throws MalformedStreamException {
            if (name == null) {
                throw malformed("a structure without vmsd_name");
            }
            return new VmStateLayout(name, version, fields, subsections);
        }
    }

    private void object(JsonParser in) throws MalformedStreamException {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            throw malformed("expected an object, found " + in.currentToken());
        }
    }

    private void array(JsonParser in) throws MalformedStreamException {
        if (in.currentToken() != JsonToken.START_ARRAY) {
            throw malformed("expected an array, found " + in.currentToken());
        }
    }

    private String string(JsonParser in) throws IOException {
        if (in.currentToken() != JsonToken.VALUE_STRING) {
            throw malformed("expected a string, found " + in.currentToken());
        }
        String text = in.getText();
        String known = names.putIfAbsent(text, text);
        return known == null ? text : known;
    }

    private int integer(JsonParser in) throws IOException {
        return (int) number(in, Integer.MAX_VALUE);
    }

    private long number(JsonParser in, long limit) throws IOException {
        if (in.currentToken() == JsonToken.VALUE_NUMBER_INT
                && in.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
            long value = in.getLongValue();
            if (value >= 0 && value <= limit) {
                return value;
            }
        }
        throw malformed("expected a number from 0 to " + limit + ", found " + in.getText());
    }

    private MalformedStreamException malformed(String problem) {
        long offset = parser == null ? 0 : parser.currentTokenLocation().getByteOffset();
        return new MalformedStreamException("device description: " + problem, place(offset));
    }

    private Place place(long offset) {
        StringBuilder crumbs = new StringBuilder(start.breadcrumb());
        for (Iterator<String> i = path.descendingIterator(); i.hasNext(); ) {
            if (!crumbs.isEmpty()) {
                crumbs.append(" / ");
            }
            crumbs.append(i.next());
        }
        return new Place(start.source(), start.offset() + Math.max(0, offset), crumbs.toString());
    }
}
