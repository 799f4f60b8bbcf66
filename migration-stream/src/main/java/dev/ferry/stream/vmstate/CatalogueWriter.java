package dev.ferry.stream.vmstate;

import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes a {@link LayoutCatalogue} in {@link CatalogueFormat}. */
final class CatalogueWriter {
    private final DataOutputStream out;
    private final Map<String, Integer> strings = new LinkedHashMap<>();
    private final Map<Object, Integer> nodes = new LinkedHashMap<>();
    private final Map<LayoutOrigin, Integer> origins = new LinkedHashMap<>();

    CatalogueWriter(DataOutputStream out) {
        this.out = out;
    }

    void catalogue(LayoutCatalogue catalogue) throws IOException {
        // sorted, so that the same harvest gives the same file
        Map<String, List<LayoutCatalogue.Entry>> sections = new TreeMap<>(catalogue.sections());
        Map<String, List<LayoutTemplate>> subsections = new TreeMap<>(catalogue.allSubsections());
        sections.values().forEach(entries -> entries.forEach(this::collect));
        subsections.values().forEach(templates -> templates.forEach(this::collect));
        number(strings.size());
        for (String string : strings.keySet()) {
            byte[] latin1 = string.getBytes(StandardCharsets.ISO_8859_1);
            number(latin1.length);
            out.write(latin1);
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
