package dev.ferry.stream.edit;

import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.Place;
import dev.ferry.stream.vmstate.DescriptionIndex;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a stream's description in step with the stream. Only what has to change in its text does.
 */
final class DescriptionText {

    /** Tag, name length and version of a subsection, without the name itself. */
    private static final int SUBSECTION_HEADER = 1 + 1 + 4;

    private final byte[] json;
    private final DescriptionIndex index;
    private final Place place;
    private final Splices changes = new Splices();

    DescriptionText(DescriptionIndex index, Place place) {
        this.index = index;
        this.json = index.text();
        this.place = place;
    }

    /** Takes in that the configuration section's machine name has another length. */
    void machineNameLength(int bytes) throws IOException {
        if (!index.describesConfiguration()) {
            return;
        }
        JsonText.Member configuration = JsonText.parseTop(json, "configuration", place);
        if (configuration == null) {
            return;
        }
        JsonText.Member fields = configuration.value().member("fields");
        if (fields == null) {
            return;
        }
        for (JsonText.Value field : fields.value().elements()) {
            if (field.text("name").equals("name")) {
                resize(field, bytes);
            }
        }
    }

    /** Takes out all that is said about some sections. */
    void drop(Set<SectionName> sections) {
        List<DescriptionIndex.Entry> entries = index.entries();
        List<int[]> ranges = new ArrayList<>();
        boolean[] drop = new boolean[entries.size()];
        for (int i = 0; i < drop.length; i++) {
            DescriptionIndex.Entry entry = entries.get(i);
            ranges.add(new int[] {entry.from(), entry.to()});
            drop[i] = sections.contains(new SectionName(entry.name(), entry.instance()));
        }
        removeElements(ranges, drop, "description");
    }

    /**
     * Takes out all that is said about a subsection of a section.
     *
     * @param bytes how much shorter the section's state becomes
     */
    void dropSubsection(SectionName section, String subsection, long bytes) throws IOException {
        for (DescriptionIndex.Entry entry : index.entries()) {
            if (!entry.name().equals(section.name()) || entry.instance() != section.instance()) {
                continue;
            }
            JsonText.Value device = JsonText.parse(json, entry.from(), entry.to(), place);
            long removed = members(device, subsection);
            if (removed != bytes && index.entry(entry.name(), entry.instance()) == entry) {
                throw new MalformedStreamException(
                        "device description: subsection '"
                                + subsection
                                + "' of '"
                                + section
                                + "' has "
                                + removed
                                + " bytes there and "
                                + bytes
                                + " in the stream",
                        place);
            }
        }
    }

    /** The text with all changes, or null if there were none. */
    byte @Nullable [] changed() {
        if (changes.isEmpty()) {
            return null;
        }
        ByteArrayOutputStream text = new ByteArrayOutputStream(json.length);
        int from = 0;
        SpliceReader reader = changes.reader();
        for (Splice splice = reader.next(); splice != null; splice = reader.next()) {
            text.write(json, from, (int) splice.offset() - from);
            text.writeBytes(splice.bytes());
            from = (int) splice.end();
        }
        text.write(json, from, json.length - from);
        return text.toByteArray();
    }

    /** Takes subsections out of an object that has the members of a vmsd; gives their bytes. */
    private long members(JsonText.Value object, String subsection) {
        long removed = 0;
        for (JsonText.Member member : object.members()) {
            switch (member.key()) {
                case "fields" -> {
                    for (JsonText.Value field : member.value().elements()) {
                        removed += field(field, subsection);
                    }
                }
                case "struct" -> removed += members(member.value(), subsection);
                case "subsections" -> removed += subsections(member, subsection);
                default -> {}
            }
        }
        return removed;
    }

    private long field(JsonText.Value field, String subsection) {
        long removed = members(field, subsection);
        if (removed > 0) {
            resize(field, field.number("size", 0) - removed);
        }
        return removed * field.number("array_len", 1);
    }

    private void resize(JsonText.Value field, long size) {
        JsonText.Member member = field.member("size");
        if (member != null) {
            JsonText.Value old = member.value();
            changes.replace(
                    old.from(),
                    old.to() - old.from(),
                    Long.toString(size).getBytes(StandardCharsets.US_ASCII),
                    "description");
        }
    }

    private long subsections(JsonText.Member member, String subsection) {
        List<JsonText.Value> elements = member.value().elements();
        List<int[]> ranges = new ArrayList<>();
        boolean[] drop = new boolean[elements.size()];
        long removed = 0;
        int dropped = 0;
        for (int i = 0; i < drop.length; i++) {
            JsonText.Value element = elements.get(i);
            ranges.add(new int[] {element.from(), element.to()});
            if (element.text("vmsd_name").equals(subsection)) {
                drop[i] = true;
                dropped++;
                removed += SUBSECTION_HEADER + subsection.length() + bytes(element);
            } else {
                removed += members(element, subsection);
            }
        }
        if (dropped == drop.length && dropped > 0) {
            // QEMU writes no empty list.
            int from = commaBefore(member.from());
            changes.remove(from, member.value().to() - from, "description");
        } else {
            removeElements(ranges, drop, "description");
        }
        return removed;
    }

    /** Bytes of a structure that is described by {@code object}. */
    private static long bytes(JsonText.Value object) {
        long bytes = 0;
        for (JsonText.Member member : object.members()) {
            for (JsonText.Value element : member.value().elements()) {
                if (member.key().equals("fields")) {
                    bytes += element.number("size", 0) * element.number("array_len", 1);
                } else if (member.key().equals("subsections")) {
                    bytes += SUBSECTION_HEADER + element.text("vmsd_name").length();
                    bytes += bytes(element);
                }
            }
        }
        return bytes;
    }

    private int commaBefore(int key) {
        int i = key - 1;
        while (i > 0 && json[i] <= ' ') {
            i--;
        }
        return json[i] == ',' ? i : key;
    }

    /** Removes elements of an array together with the commas that go with them. */
    private void removeElements(List<int[]> ranges, boolean[] drop, String what) {
        int kept = -1;
        for (int i = 0; i < drop.length; ) {
            if (!drop[i]) {
                kept = i++;
                continue;
            }
            int end = i;
            while (end < drop.length && drop[end]) {
                end++;
            }
            int from;
            int to;
            if (end < drop.length) {
                from = ranges.get(i)[0];
                to = ranges.get(end)[0];
            } else {
                from = kept < 0 ? ranges.get(i)[0] : ranges.get(kept)[1];
                to = ranges.get(end - 1)[1];
            }
            changes.remove(from, to - from, what);
            i = end;
        }
    }
}
