package dev.ferry.stream.vmstate;

import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.Place;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Builds a {@link LayoutCatalogue} from streams that describe themselves: every layout seen under a
 * section's name and version, every subsection by its name, arrays with all lengths they were seen
 * in.
 *
 * <p>{@code LayoutHarvester OUT DIRECTORY...} writes the catalogue of all streams ({@code *.mig})
 * in directories named {@code TARGET-QEMUVERSION}, and of what files of QEMU's {@code
 * -dump-vmstate} there ({@code *.dump-vmstate}) know beyond them; arguments that end in {@code
 * .layouts} are {@link LayoutTable tables} of subsections. A stream's machine is the configuration
 * section's, or for streams without one what stands before the first comma of the file's name. How
 * the directories of the built-in catalogue were made: {@code src/harvest/README.md} of this
 * module.
 */
public final class LayoutHarvester {

    private static final class Collected {
        LayoutTemplate template;
        final Set<LayoutOrigin> origins = new LinkedHashSet<>();
        long instances;

        Collected(LayoutTemplate template) {
            this.template = template;
        }

        void seen(LayoutOrigin origin, long instance) {
            origins.add(origin);
            instances |= instance < Long.SIZE ? 1L << instance : 0;
        }

        LayoutCatalogue.Entry entry() {
            return new LayoutCatalogue.Entry(template, List.copyOf(origins), instances);
        }
    }

    /** Shapes of a section with lengths as seen are worth knowing up to this many. */
    private static final int MAX_EXACT = 24;

    /** By section, what differs in more than lengths; the lengths are in {@code exact}. */
    private final Map<String, List<Collected>> sections = new LinkedHashMap<>();

    /** By merged shape, the same with the lengths that were seen together. */
    private final Map<Collected, List<Collected>> exact = new LinkedHashMap<>();

    private final Map<String, List<LayoutTemplate>> subsections = new LinkedHashMap<>();
    private final TemplateMaker maker = new TemplateMaker(this::addSubsection);

    /** A harvester that has seen nothing yet. */
    public LayoutHarvester() {}

    /**
     * Adds all that a description tells.
     *
     * @param target the emulated architecture
     * @param qemu the version that wrote the stream
     * @param silent how many section ids before RAM's stand for no section in the stream
     */
    void add(VmDescription description, String target, String qemu, String machine, int silent) {
        LayoutOrigin origin = new LayoutOrigin(target, qemu, machine, silent);
        for (DeviceDescription device : description.devices()) {
            LayoutTemplate template = maker.template(device.layout());
            if (device.oldStyle()) {
                template =
                        new LayoutTemplate(
                                template.name(), LayoutTemplate.ANY_VERSION, template.fields());
            }
            add(template, origin, device.instance());
        }
    }

    private void add(LayoutTemplate template, LayoutOrigin origin, long instance) {
        Collected shape = null;
        for (Collected one : sections.computeIfAbsent(template.name(), _ -> new ArrayList<>())) {
            if (TemplateMaker.mergeable(one.template, template)) {
                shape = one;
                one.template = TemplateMaker.merge(one.template, template);
                break;
            }
        }
        if (shape == null) {
            shape = new Collected(template);
            sections.getOrDefault(template.name(), List.of()).add(shape);
        }
        shape.seen(origin, instance);
        List<Collected> lengths = exact.computeIfAbsent(shape, _ -> new ArrayList<>());
        for (Collected one : lengths) {
            if (one.template.equals(template)) {
                one.seen(origin, instance);
                return;
            }
        }
        Collected first = new Collected(template);
        first.seen(origin, instance);
        lengths.add(first);
    }

    private void addSubsection(LayoutTemplate template) {
        List<LayoutTemplate> known =
                subsections.computeIfAbsent(template.name(), _ -> new ArrayList<>());
        for (int i = 0; i < known.size(); i++) {
            if (TemplateMaker.mergeable(known.get(i), template)) {
                known.set(i, TemplateMaker.merge(known.get(i), template));
                return;
            }
        }
        known.add(template);
    }

    /** The catalogue of all that was added. */
    public LayoutCatalogue catalogue() {
        Map<String, List<LayoutCatalogue.Entry>> entries = new LinkedHashMap<>();
        sections.forEach((name, known) -> {
            List<LayoutCatalogue.Entry> list = new ArrayList<>();
            for (Collected one : known) {
                List<Collected> lengths = exact.getOrDefault(one, List.of());
                if (lengths.size() > 1 && lengths.size() <= MAX_EXACT) {
                    lengths.forEach(seen -> list.add(seen.entry()));
                    // the way out for lengths that were never seen together
                    list.add(new LayoutCatalogue.Entry(one.template, List.of(), 0));
                } else {
                    list.add(one.entry());
                }
            }
            entries.put(name, list);
        });
        return new LayoutCatalogue(entries, subsections);
    }

    private void addStream(Path file, String target, String qemu) throws IOException {
        byte[] stream = Files.readAllBytes(file);
        int start = TrailingDescription.find(stream);
        if (start < 0) {
            throw new MalformedStreamException(
                    "no device description at the end", new Place(file.toString(), 0, ""));
        }
        byte[] json = Arrays.copyOfRange(stream, start, stream.length);
        String fileName = String.valueOf(file.getFileName());
        StreamClues clues = StreamHead.clues(stream);
        String machine =
                !clues.machine().isEmpty()
                        ? clues.machine()
                        : fileName.substring(
                                0, fileName.indexOf(fileName.contains(",") ? ',' : '.'));
        VmDescription description =
                VmDescription.parse(json, new Place(file.toString(), start, ""));
        add(description, target, qemu, machine, silent(stream, description, clues.ramSectionId()));
    }

    private static int silent(byte[] stream, VmDescription description, int ramSectionId) {
        int silent = ramSectionId;
        for (DeviceDescription device : description.devices()) {
            // FULL sections come in the order of their ids, but for priorities
            int id = sectionId(stream, device);
            if (id > ramSectionId) {
                break;
            }
            silent--;
        }
        return Math.max(silent, StreamClues.UNKNOWN);
    }

    /** The id in the header of a device's section; the last that looks like it is it. */
    private static int sectionId(byte[] stream, DeviceDescription device) {
        byte[] name = device.name().getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer in = ByteBuffer.wrap(stream);
        for (int i = stream.length - name.length - 14; i >= 0; i--) {
            if (stream[i] == 0x04
                    && stream[i + 5] == (byte) name.length
                    && Arrays.equals(stream, i + 6, i + 6 + name.length, name, 0, name.length)
                    && in.getInt(i + 6 + name.length) == (int) device.instance()) {
                return in.getInt(i + 1);
            }
        }
        return Integer.MAX_VALUE;
    }

    /**
     * Adds what a {@code -dump-vmstate} file knows of sections and subsections that no stream
     * showed.
     */
    private void addDump(Path file, String target, String qemu) throws IOException {
        VmStateDump dump = VmStateDump.parse(Files.readAllBytes(file), file.toString());
        DumpTemplates templates = new DumpTemplates(dump);
        LayoutOrigin origin = new LayoutOrigin(target, qemu, dump.machine(), StreamClues.UNKNOWN);
        for (LayoutTemplate template : templates.sections()) {
            if (!sections.containsKey(template.name())) {
                add(template, origin, Long.SIZE);
            }
        }
        templates
                .subsections()
                .forEach((name, template) -> subsections.putIfAbsent(name, List.of(template)));
    }

    private void addTable(Path file) throws IOException {
        for (LayoutTemplate template : LayoutTable.parse(Files.readAllLines(file))) {
            subsections.putIfAbsent(template.name(), List.of(template));
        }
    }

    private interface Supplement {
        void add() throws IOException;
    }

    public static void main(String[] args) throws IOException {
        if (args.length < 2) {
            throw new IllegalArgumentException(
                    "usage: LayoutHarvester OUT (DIRECTORY | FILE.layouts)...");
        }
        LayoutHarvester harvester = new LayoutHarvester();
        List<Supplement> supplements = new ArrayList<>();
        for (int i = 1; i < args.length; i++) {
            Path directory = Path.of(args[i]);
            if (args[i].endsWith(".layouts")) {
                supplements.add(() -> harvester.addTable(directory));
                continue;
            }
            String name = String.valueOf(directory.getFileName());
            int dash = name.lastIndexOf('-');
            try (Stream<Path> listed = Files.list(directory)) {
                for (Path file : listed.sorted().toList()) {
                    String target = name.substring(0, dash);
                    String qemu = name.substring(dash + 1);
                    if (file.toString().endsWith(".mig")) {
                        harvester.addStream(file, target, qemu);
                    } else if (file.toString().endsWith(".dump-vmstate")) {
                        supplements.add(() -> harvester.addDump(file, target, qemu));
                    }
                }
            }
        }
        // streams know better, so they come first
        for (Supplement supplement : supplements) {
            supplement.add();
        }
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(Path.of(args[0])))) {
            CatalogueFormat.write(harvester.catalogue(), out);
        }
    }
}
