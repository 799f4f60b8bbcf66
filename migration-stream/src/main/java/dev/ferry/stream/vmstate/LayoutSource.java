package dev.ferry.stream.vmstate;

import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.Place;
import dev.ferry.stream.UnsupportedStreamException;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Layouts a user brings along for a stream that does not describe itself: another stream of the
 * same machine (any file that ends in a description, or the description alone), or what QEMU's
 * {@code -dump-vmstate} wrote.
 *
 * <p>A description is exact for what it shows. A dump knows all optional subsections but no wire
 * types: integers come out unsigned, booleans as numbers, arrays of variable length are not told;
 * {@link #notes()} lists fields whose length had to stay open.
 *
 * @param catalogue the layouts
 * @param exact whether they are described ones, not derived from a dump
 * @param machine the machine type the layouts are for, empty if the source does not say
 * @param notes what could not be derived, in words
 */
public record LayoutSource(
        LayoutCatalogue catalogue, boolean exact, String machine, List<String> notes) {

    public LayoutSource {
        notes = List.copyOf(notes);
    }

    /**
     * These layouts together with others: described ones are asked first, derived ones last,
     * because they know less about each field.
     */
    public LayoutCatalogue with(LayoutCatalogue others) {
        return exact ? catalogue.before(others) : others.before(catalogue);
    }

    /**
     * Reads a source; what it is follows from its content.
     *
     * @param name the file's name, for errors
     * @throws MalformedStreamException if it is JSON but neither a description nor a dump
     * @throws UnsupportedStreamException if it has no description at its end
     */
    public static LayoutSource read(byte[] content, String name) throws IOException {
        Place place = new Place(name, 0, "");
        int first = 0;
        while (first < content.length && content[first] <= ' ' && content[first] > 0) {
            first++;
        }
        if (first < content.length && content[first] == '{') {
            return contains(content, "\"vmschkmachine\"")
                    ? dump(content, place)
                    : description(content, place, StreamClues.NONE);
        }
        int start = TrailingDescription.find(content);
        if (start < 0) {
            throw new UnsupportedStreamException(
                    "layouts: neither a vmstate dump nor a stream with a description at its end",
                    place);
        }
        return description(
                Arrays.copyOfRange(content, start, content.length),
                new Place(name, start, ""),
                StreamHead.clues(content));
    }

    private static LayoutSource description(byte[] json, Place at, StreamClues clues)
            throws MalformedStreamException {
        LayoutHarvester harvester = new LayoutHarvester();
        harvester.add(VmDescription.parse(json, at), "", "", clues.machine(), StreamClues.UNKNOWN);
        return new LayoutSource(harvester.catalogue(), true, clues.machine(), List.of());
    }

    private static LayoutSource dump(byte[] json, Place at) throws MalformedStreamException {
        VmStateDump dump = new DumpVmstateParser(at).parse(json);
        DumpTemplates templates = new DumpTemplates(dump);
        LayoutOrigin origin = new LayoutOrigin("", "", dump.machine(), StreamClues.UNKNOWN);
        Map<String, List<LayoutCatalogue.Entry>> sections = new HashMap<>();
        for (LayoutTemplate template : templates.sections()) {
            LayoutCatalogue.Entry entry = new LayoutCatalogue.Entry(template, List.of(origin), 0);
            sections.merge(template.name(), List.of(entry), LayoutCatalogue::union);
        }
        Map<String, List<LayoutTemplate>> subsections = new HashMap<>();
        templates
                .subsections()
                .forEach((name, template) -> subsections.put(name, List.of(template)));
        return new LayoutSource(
                new LayoutCatalogue(sections, subsections),
                false,
                dump.machine(),
                templates.notes());
    }

    private static boolean contains(byte[] text, String ascii) {
        for (int i = 0; i <= text.length - ascii.length(); i++) {
            int k = 0;
            while (k < ascii.length() && text[i + k] == ascii.charAt(k)) {
                k++;
            }
            if (k == ascii.length()) {
                return true;
            }
        }
        return false;
    }
}
