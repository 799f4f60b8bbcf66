package dev.ferry.stream.vmstate;

import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.Place;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A quick look over a description: which devices it tells of, and how long each one's state is.
 *
 * <p>A whole {@link VmDescription} takes longer to build than many a stream takes to read, and
 * whoever passes over a device needs only its length. One loop over the text finds that: a state is
 * as long as its fields, each {@code size} times its {@code array_len}, and its subsections with
 * their headers. What is inside a field's own structure is within that field's size.
 */
public final class DescriptionIndex {

    /** Objects and arrays around one value; real descriptions stay below 40. */
    private static final int MAX_DEPTH = 200;

    /** A real description has less than a thousand, of a machine with all slots taken. */
    private static final int MAX_DEVICES = 1 << 16;

    /** Tag, name length and version of a subsection, without the name itself. */
    private static final int SUBSECTION_HEADER = 1 + 1 + 4;

    /** What an open brace or bracket means; everything not needed is SKIPPED with all it holds. */
    private static final byte TOP = 0;

    private static final byte DEVICES = 1;
    private static final byte DEVICE = 2;
    private static final byte FIELDS = 3;
    private static final byte FIELD = 4;
    private static final byte SUBSECTIONS = 5;
    private static final byte SUBSECTION = 6;
    private static final byte SKIPPED = 7;

    /**
     * One device.
     *
     * @param name the section's name
     * @param instance instance id, u32
     * @param stateBytes length of its state
     * @param from where its object begins in the text
     * @param to where it ends
     */
    public record Entry(String name, long instance, long stateBytes, int from, int to) {}

    /** What a stream has that ends in a description of length 0. */
    public static final DescriptionIndex EMPTY =
            new DescriptionIndex(new byte[0], new Place("", 0, ""));

    private final byte[] json;
    private final Place start;
    private final Map<String, Entry> byKey = new HashMap<>();
    private final byte[] kinds = new byte[MAX_DEPTH];
    private final List<Entry> entries = new ArrayList<>();
    private boolean opened;
    private int depth;
    private int pageSize;
    private boolean configuration;

    /** The key just read, as a range of the text. */
    private int keyFrom;

    private int keyTo;

    private String name = "";
    private long instance = -1;
    private long stateBytes;
    private int deviceFrom;
    private long fieldSize;
    private long fieldCount;

    private DescriptionIndex(byte[] json, Place start) {
        this.json = json;
        this.start = start;
    }

    /**
     * Looks over {@code json}.
     *
     * @param start where its first byte stands
     * @throws MalformedStreamException if braces, keys or numbers are not as in a description
     */
    public static DescriptionIndex of(byte[] json, Place start) throws MalformedStreamException {
        DescriptionIndex index = new DescriptionIndex(json, start);
        index.scan();
        return index;
    }

    /** The devices in the order they are described. */
    public List<Entry> entries() {
        return List.copyOf(entries);
    }

    /** What is said about one section, the last word where there are several; null if nothing. */
    public @Nullable Entry entry(String section, long instanceId) {
        return byKey.get(key(section, instanceId));
    }

    /** A record would do, but linking its hash code takes longer than the whole lookup. */
    private static String key(String section, long instanceId) {
        return instanceId + "/" + section;
    }

    /** Target page size in bytes, 0 where the description does not say. */
    public int pageSize() {
        return pageSize;
    }

    /** Whether it has a description of the configuration section, as since QEMU 8.2. */
    public boolean describesConfiguration() {
        return configuration;
    }

    /** The text, as it stands in the stream; a copy. */
    public byte[] text() {
        return json.clone();
    }

    /** The whole description. */
    public VmDescription parse() throws MalformedStreamException {
        return json.length == 0 ? VmDescription.EMPTY : VmDescription.parse(json, start);
    }

    /** One device of it. */
    public DeviceDescription parse(Entry entry) throws MalformedStreamException {
        Place place = new Place(start.source(), start.offset() + entry.from(), start.breadcrumb());
        return new DescriptionParser(Arrays.copyOfRange(json, entry.from(), entry.to()), place)
                .parseDevice();
    }

    private void scan() throws MalformedStreamException {
        // Local, because this loop mostly runs before any compiler has seen it.
        byte[] text = json;
        int length = text.length;
        int i = 0;
        while (i < length) {
            byte c = text[i];
            if (c == '"') {
                int from = ++i;
                while (i < length && text[i] != '"') {
                    i += text[i] == '\\' ? 2 : 1;
                }
                if (i >= length) {
                    throw malformed(from, "a string does not end");
                }
                i = string(from, i);
            } else if (c == '{' || c == '[') {
                open(i++, c == '{');
            } else if (c == '}' || c == ']') {
                close(i++);
            } else if (c >= '0' && c <= '9') {
                i = number(i);
            } else {
                i++;
            }
        }
        if (depth != 0 || !opened) {
            throw malformed(length, "the text ends inside the JSON object");
        }
    }

    /** Takes a key or a text from {@code from} to {@code end}; gives where to go on. */
    private int string(int from, int end) {
        int next = end + 1;
        while (next < json.length && json[next] == ' ') {
            next++;
        }
        if (next < json.length && json[next] == ':') {
            keyFrom = from;
            keyTo = end;
        } else if (depth > 0) {
            text(from, end);
        }
        return next;
    }

    private void open(int at, boolean object) throws MalformedStreamException {
        byte parent = depth == 0 ? SKIPPED : kinds[depth - 1];
        byte kind = SKIPPED;
        if (depth == 0) {
            if (opened) {
                throw malformed(at, "more text after the JSON object");
            }
            opened = true;
            if (!object) {
                throw malformed(at, "expected a JSON object");
            }
            kind = TOP;
        } else if (object) {
            configuration |= parent == TOP && key("configuration");
            kind =
                    switch (parent) {
                        case DEVICES -> DEVICE;
                        case FIELDS -> FIELD;
                        case SUBSECTIONS -> SUBSECTION;
                        default -> SKIPPED;
                    };
        } else if (parent == TOP && key("devices")) {
            kind = DEVICES;
        } else if (parent == DEVICE || parent == SUBSECTION) {
            kind = key("fields") ? FIELDS : key("subsections") ? SUBSECTIONS : SKIPPED;
        }
        if (depth == MAX_DEPTH) {
            throw malformed(at, "more than " + MAX_DEPTH + " nested objects");
        }
        kinds[depth++] = kind;
        if (kind == DEVICE) {
            name = "";
            instance = -1;
            stateBytes = 0;
            deviceFrom = at;
        } else if (kind == FIELD) {
            fieldSize = 0;
            fieldCount = 1;
        } else if (kind == SUBSECTION) {
            stateBytes += SUBSECTION_HEADER;
        }
    }

    private void close(int at) throws MalformedStreamException {
        if (depth == 0) {
            throw malformed(at, "a brace too many");
        }
        byte kind = kinds[--depth];
        if (kind == FIELD) {
            stateBytes += fieldSize * fieldCount;
            if (stateBytes < 0) {
                throw malformed(at, "a state of more than 2^63 bytes");
            }
        } else if (kind == DEVICE) {
            if (name.isEmpty() || instance < 0) {
                throw malformed(
                        deviceFrom,
                        "a device without " + (name.isEmpty() ? "name" : "instance_id"));
            }
            Entry entry = new Entry(name, instance, stateBytes, deviceFrom, at + 1);
            if (entries.size() == MAX_DEVICES) {
                throw malformed(deviceFrom, "more than " + MAX_DEVICES + " devices");
            }
            entries.add(entry);
            byKey.put(key(name, instance), entry);
        }
    }

    private void text(int from, int to) {
        byte kind = kinds[depth - 1];
        if (kind == DEVICE && key("name")) {
            name = new String(json, from, to - from, StandardCharsets.UTF_8);
        } else if (kind == SUBSECTION && key("vmsd_name")) {
            stateBytes += to - from;
        }
    }

    private int number(int from) throws MalformedStreamException {
        int i = from;
        long value = 0;
        while (i < json.length && json[i] >= '0' && json[i] <= '9') {
            value = value * 10 + (json[i] - '0');
            if (value > Integer.MAX_VALUE * 4L) {
                value = Integer.MAX_VALUE * 4L;
            }
            i++;
        }
        byte kind = depth == 0 ? SKIPPED : kinds[depth - 1];
        if (kind == FIELD) {
            if (key("size")) {
                fieldSize = Math.min(value, Integer.MAX_VALUE);
            } else if (key("array_len")) {
                fieldCount = Math.min(value, Integer.MAX_VALUE);
            }
        } else if (kind == DEVICE && key("instance_id")) {
            instance = value;
        } else if (kind == TOP && key("page_size")) {
            pageSize = (int) Math.min(value, Integer.MAX_VALUE);
        }
        return i;
    }

    /** Whether the key just read is {@code expected}. */
    private boolean key(String expected) {
        int length = expected.length();
        if (keyTo - keyFrom != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (json[keyFrom + i] != expected.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private MalformedStreamException malformed(int at, String problem) {
        return new MalformedStreamException(
                "device description: " + problem,
                new Place(start.source(), start.offset() + at, start.breadcrumb()));
    }
}
