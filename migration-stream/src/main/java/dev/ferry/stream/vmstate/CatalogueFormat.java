package dev.ferry.stream.vmstate;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StreamCorruptedException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/**
 * A {@link LayoutCatalogue} as a file.
 *
 * <pre>
 *  u32 'FLC1', then all that follows deflated (zlib); numbers are LEB128
 *  strings     count, each: modified UTF-8 as of DataOutput
 *  origins     count, each: three strings (target, QEMU, machine), silent sections + 1
 *  nodes       count, each a field or a structure; refers to earlier nodes only
 *    field     1, name, type, flags (1: elements), first index, counts, sizes, nested nodes
 *    structure 0, name, version + 1, field nodes
 *  sections    count, each: node, instances, origins as (gap, run) pairs
 *  subsections count, each: node
 * </pre>
 */
final class CatalogueFormat {

    private static final int MAGIC = 0x464c4331;

    /** Bound of every count in the file; the file is ours, but a damaged one must not hang us. */
    private static final int MAX_COUNT = 1 << 20;

    private CatalogueFormat() {}

    static LayoutCatalogue read(InputStream file) throws IOException {
        DataInputStream header = new DataInputStream(file);
        if (header.readInt() != MAGIC) {
            throw new StreamCorruptedException("layout catalogue: not one");
        }
        return new Reader(
                        new DataInputStream(
                                new BufferedInputStream(new InflaterInputStream(file), 1 << 15)))
                .catalogue();
    }

    static void write(LayoutCatalogue catalogue, OutputStream file) throws IOException {
        new DataOutputStream(file).writeInt(MAGIC);
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION);
        try (DataOutputStream out =
                new DataOutputStream(new DeflaterOutputStream(file, deflater, 1 << 15))) {
            new Writer(out).catalogue(catalogue);
        } finally {
            deflater.end();
        }
    }

    private static final class Reader {
        private final DataInputStream in;
        private String[] strings = {};
        private final List<Object> nodes = new ArrayList<>();
        private final Map<String, FieldType> types = new HashMap<>();

        Reader(DataInputStream in) {
            this.in = in;
        }

        LayoutCatalogue catalogue() throws IOException {
            strings = new String[count()];
            for (int i = 0; i < strings.length; i++) {
                strings[i] = in.readUTF();
            }
            List<LayoutOrigin> origins = new ArrayList<>();
            for (int n = count(); n > 0; n--) {
                origins.add(new LayoutOrigin(string(), string(), string(), count() - 1));
            }
            for (int n = count(); n > 0; n--) {
                nodes.add(in.readUnsignedByte() == 0 ? structure() : field());
            }
            Map<String, List<LayoutCatalogue.Entry>> sections = new HashMap<>();
            for (int n = count(); n > 0; n--) {
                LayoutTemplate template = node(LayoutTemplate.class);
                long instances = number();
                List<LayoutOrigin> seen = new ArrayList<>();
                int at = 0;
                for (int runs = count(); runs > 0; runs--) {
                    at += count();
                    for (int run = count(); run > 0; run--) {
                        if (at >= origins.size()) {
                            throw new StreamCorruptedException("layout catalogue: no origin " + at);
                        }
                        seen.add(origins.get(at++));
                    }
                }
                sections.computeIfAbsent(template.name(), _ -> new ArrayList<>(1))
                        .add(new LayoutCatalogue.Entry(template, seen, instances));
            }
            Map<String, List<LayoutTemplate>> subsections = new HashMap<>();
            for (int n = count(); n > 0; n--) {
                LayoutTemplate template = node(LayoutTemplate.class);
                subsections
                        .computeIfAbsent(template.name(), _ -> new ArrayList<>(1))
                        .add(template);
            }
            return new LayoutCatalogue(sections, subsections);
        }

        private LayoutTemplate structure() throws IOException {
            String name = string();
            int version = (int) number() - 1;
            List<FieldTemplate> fields = new ArrayList<>();
            for (int n = count(); n > 0; n--) {
                fields.add(node(FieldTemplate.class));
            }
            return new LayoutTemplate(name, version, fields);
        }

        private FieldTemplate field() throws IOException {
            String name = string();
            FieldType type = types.computeIfAbsent(string(), FieldType::of);
            boolean elements = number() != 0;
            int firstIndex = count();
            List<Integer> counts = new ArrayList<>(1);
            for (int n = count(); n > 0; n--) {
                counts.add((int) number());
            }
            List<Long> sizes = new ArrayList<>(1);
            for (int n = count(); n > 0; n--) {
                sizes.add(number());
            }
            List<LayoutTemplate> nested = new ArrayList<>(1);
            for (int n = count(); n > 0; n--) {
                nested.add(node(LayoutTemplate.class));
            }
            return new FieldTemplate(name, type, elements, firstIndex, counts, sizes, nested);
        }

        private <T> T node(Class<T> kind) throws IOException {
            int number = count();
            if (number >= nodes.size() || !kind.isInstance(nodes.get(number))) {
                throw new StreamCorruptedException("layout catalogue: no node " + number);
            }
            return kind.cast(nodes.get(number));
        }

        private String string() throws IOException {
            int number = count();
            if (number >= strings.length) {
                throw new StreamCorruptedException("layout catalogue: no string " + number);
            }
            return strings[number];
        }

        private int count() throws IOException {
            long count = number();
            if (count > MAX_COUNT) {
                throw new StreamCorruptedException("layout catalogue: count " + count);
            }
            return (int) count;
        }

        private long number() throws IOException {
            long number = 0;
            for (int shift = 0; shift < Long.SIZE; shift += 7) {
                int b = in.readUnsignedByte();
                number |= (long) (b & 0x7f) << shift;
                if (b < 0x80) {
                    return number;
                }
            }
            throw new StreamCorruptedException("layout catalogue: overlong number");
        }
    }

    private static final class Writer {
        private final DataOutputStream out;
        private final Map<String, Integer> strings = new LinkedHashMap<>();
        private final Map<Object, Integer> nodes = new LinkedHashMap<>();
        private final Map<LayoutOrigin, Integer> origins = new LinkedHashMap<>();

        Writer(DataOutputStream out) {
            this.out = out;
        }

        void catalogue(LayoutCatalogue catalogue) throws IOException {
            // sorted, so that the same harvest gives the same file
            Map<String, List<LayoutCatalogue.Entry>> sections =
                    new TreeMap<>(catalogue.sections());
            Map<String, List<LayoutTemplate>> subsections =
                    new TreeMap<>(catalogue.allSubsections());
            sections.values().forEach(entries -> entries.forEach(this::collect));
            subsections.values().forEach(templates -> templates.forEach(this::collect));
            number(strings.size());
            for (String string : strings.keySet()) {
                out.writeUTF(string);
            }
            number(origins.size());
            for (LayoutOrigin origin : origins.keySet()) {
                string(origin.target());
                string(origin.qemu());
                string(origin.machine());
                number(origin.silent() + 1L);
            }
            number(nodes.size());
            for (Object node : nodes.keySet()) {
                if (node instanceof LayoutTemplate structure) {
                    out.writeByte(0);
                    structure(structure);
                } else if (node instanceof FieldTemplate field) {
                    out.writeByte(1);
                    field(field);
                }
            }
            number(sections.values().stream().mapToInt(List::size).sum());
            for (List<LayoutCatalogue.Entry> entries : sections.values()) {
                for (LayoutCatalogue.Entry entry : entries) {
                    node(entry.template());
                    number(entry.instances());
                    origins(entry.origins());
                }
            }
            number(subsections.values().stream().mapToInt(List::size).sum());
            for (List<LayoutTemplate> templates : subsections.values()) {
                for (LayoutTemplate template : templates) {
                    node(template);
                }
            }
        }

        private void collect(LayoutCatalogue.Entry entry) {
            collect(entry.template());
            for (LayoutOrigin origin : entry.origins()) {
                collect(origin.target());
                collect(origin.qemu());
                collect(origin.machine());
                origins.putIfAbsent(origin, origins.size());
            }
        }

        private void collect(LayoutTemplate template) {
            if (nodes.containsKey(template)) {
                return;
            }
            collect(template.name());
            for (FieldTemplate field : template.fields()) {
                field.nested().forEach(this::collect);
                collect(field.name());
                collect(field.type().name());
                nodes.putIfAbsent(field, nodes.size());
            }
            nodes.put(template, nodes.size());
        }

        private void collect(String string) {
            strings.putIfAbsent(string, strings.size());
        }

        private void structure(LayoutTemplate structure) throws IOException {
            string(structure.name());
            number(structure.version() + 1L);
            number(structure.fields().size());
            for (FieldTemplate field : structure.fields()) {
                node(field);
            }
        }

        private void field(FieldTemplate field) throws IOException {
            string(field.name());
            string(field.type().name());
            number(field.elements() ? 1 : 0);
            number(field.firstIndex());
            number(field.counts().size());
            for (int count : field.counts()) {
                number(count);
            }
            number(field.sizes().size());
            for (long size : field.sizes()) {
                number(size);
            }
            number(field.nested().size());
            for (LayoutTemplate nested : field.nested()) {
                node(nested);
            }
        }

        private void origins(List<LayoutOrigin> seen) throws IOException {
            List<Integer> numbers = new ArrayList<>();
            for (LayoutOrigin origin : seen) {
                numbers.add(origins.getOrDefault(origin, 0));
            }
            numbers.sort(null);
            List<int[]> runs = new ArrayList<>();
            int next = 0;
            for (int number : numbers) {
                if (runs.isEmpty() || number != next) {
                    runs.add(new int[] {number - next, 1});
                } else {
                    runs.getLast()[1]++;
                }
                next = number + 1;
            }
            number(runs.size());
            for (int[] run : runs) {
                number(run[0]);
                number(run[1]);
            }
        }

        private void node(Object node) throws IOException {
            number(nodes.getOrDefault(node, 0));
        }

        private void string(String string) throws IOException {
            number(strings.getOrDefault(string, 0));
        }

        private void number(long value) throws IOException {
            long left = value;
            while (Long.compareUnsigned(left, 0x80) >= 0) {
                out.writeByte((int) ((left & 0x7f) | 0x80));
                left >>>= 7;
            }
            out.writeByte((int) left);
        }
    }
}
