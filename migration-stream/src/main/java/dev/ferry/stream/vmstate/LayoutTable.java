package dev.ferry.stream.vmstate;

import java.util.ArrayList;
import java.util.List;

/**
 * Layouts written by hand, for what no capture reaches.
 *
 * <pre>
 *  name version
 *    type[*count] field
 *    struct[*count] field name version
 *      ...
 * </pre>
 *
 * Lines that begin with # are comments. Only types of fixed width can be written.
 */
final class LayoutTable {

    private final List<String> lines;
    private int next;

    private LayoutTable(List<String> lines) {
        this.lines = lines;
    }

    static List<LayoutTemplate> parse(List<String> text) {
        List<String> lines = new ArrayList<>();
        for (String line : text) {
            if (!line.isBlank() && line.charAt(0) != '#') {
                lines.add(line);
            }
        }
        LayoutTable table = new LayoutTable(lines);
        List<LayoutTemplate> layouts = new ArrayList<>();
        while (table.next < lines.size()) {
            List<String> head = words(lines.get(table.next++));
            layouts.add(table.structure(head.get(0), head.get(1), 0));
        }
        return layouts;
    }

    private LayoutTemplate structure(String name, String version, int indent) {
        List<FieldTemplate> fields = new ArrayList<>();
        while (next < lines.size() && indent(lines.get(next)) > indent) {
            int deeper = indent(lines.get(next));
            List<String> words = words(lines.get(next++));
            int star = words.get(0).indexOf('*');
            String type = star < 0 ? words.get(0) : words.get(0).substring(0, star);
            int count = star < 0 ? 1 : Integer.parseInt(words.get(0).substring(star + 1));
            FieldType wire = FieldType.of(type);
            boolean struct = wire.kind() == FieldType.Kind.STRUCT;
            if (!struct && wire.width() == 0) {
                throw new IllegalArgumentException("no fixed width: " + type);
            }
            fields.add(
                    new FieldTemplate(
                            words.get(1),
                            wire,
                            false,
                            0,
                            List.of(count),
                            struct ? List.of() : List.of((long) wire.width()),
                            struct
                                    ? List.of(structure(words.get(2), words.get(3), deeper))
                                    : List.of()));
        }
        return new LayoutTemplate(name, Integer.parseInt(version), fields);
    }

    private static int indent(String line) {
        int indent = 0;
        while (line.charAt(indent) == ' ') {
            indent++;
        }
        return indent;
    }

    private static List<String> words(String line) {
        return List.of(line.strip().split(" +"));
    }
}
