package dev.ferry.stream.vmstate;

import dev.ferry.stream.Finding.Severity;
import dev.ferry.stream.vmstate.FieldAlignment.Pair;
import dev.ferry.stream.vmstate.VmStateValue.StructValue;
import dev.ferry.stream.vmstate.VmStateValue.SubsectionValue;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether a QEMU with given tables would load a device's state: versions, fields and their
 * sizes and order, subsections. It follows the loader, so that what the loader cannot notice or
 * does not mind is no finding: a structure's own version (which is not on the wire), a member that
 * moved into another structure, a buffer where unused bytes were, subsections only the destination
 * has. A field of another name and the same size is a warning.
 *
 * <p>Source: QEMU migration/vmstate.c, vmstate_load_state and vmstate_subsection_load.
 */
public final class LayoutComparison {

    private final List<LayoutMismatch> mismatches = new ArrayList<>();

    /** An array's elements have the same faults; one is told of. */
    private final Set<String> told = new HashSet<>();

    private LayoutComparison() {}

    /**
     * What is wrong; empty if the state would be loaded.
     *
     * @param tables those of the section's name, of which one would have to fit
     */
    public static List<LayoutMismatch> compare(DeviceState state, List<VmStateTable> tables) {
        List<LayoutMismatch> best = List.of();
        int least = Integer.MAX_VALUE;
        for (VmStateTable table : tables) {
            LayoutComparison comparison = new LayoutComparison();
            comparison.section(state, table);
            int weight = comparison.weight();
            if (weight < least) {
                least = weight;
                best = List.copyOf(comparison.mismatches);
            }
        }
        return best;
    }

    private int weight() {
        int weight = 0;
        for (LayoutMismatch mismatch : mismatches) {
            weight += mismatch.severity() == Severity.ERROR ? 1000 : 1;
        }
        return weight;
    }

    private void section(DeviceState state, VmStateTable table) {
        StructValue root = state.root();
        if (version(state.version(), table, root.offset(), "") && !writtenByHand(root)) {
            structure(root, table, state.version(), "");
        }
    }

    /** Whether the device wrote bytes of its own making, whose fields nobody knows. */
    private static boolean writtenByHand(StructValue root) {
        return root.fields().size() == 1
                && root.fields().getFirst().name().equals("data")
                && root.fields().getFirst().layout().type().kind() == FieldType.Kind.BUFFER;
    }

    private boolean version(long version, VmStateTable table, long offset, String path) {
        if (version > table.version()) {
            error(
                    offset,
                    path,
                    "version " + version + ": the destination reads up to " + table.version());
            return false;
        }
        if (version < table.minimumVersion()) {
            error(
                    offset,
                    path,
                    "version "
                            + version
                            + ": the destination reads from "
                            + table.minimumVersion()
                            + " to "
                            + table.version());
            return false;
        }
        return true;
    }

    /** A structure with its subsections, read as {@code version}. */
    private void structure(StructValue struct, VmStateTable table, long version, String path) {
        List<SourceField> source = SourceField.of(struct, path);
        List<TableField> known = TableField.of(table, version, path);
        List<Pair> pairs = FieldAlignment.of(source, known);
        if (pairs == null) {
            error(
                    struct.offset(),
                    path,
                    source.size() + " fields, the destination has " + known.size());
        } else {
            if (!FieldAlignment.loads(pairs)) {
                known = TableField.withEmptyArrays(table.name(), known);
                pairs = flattened(source, known, aligned(source, known, pairs));
            }
            String versions = versions(struct, table);
            for (Pair pair : pairs) {
                pair(pair, pairs, struct, versions);
            }
        }
        subsections(struct, table, path);
    }

    private static List<Pair> aligned(
            List<SourceField> source, List<TableField> known, List<Pair> otherwise) {
        List<Pair> pairs = FieldAlignment.of(source, known);
        return pairs == null ? otherwise : pairs;
    }

    /** The alignment without the structures' borders if that loads; else {@code pairs}. */
    private static List<Pair> flattened(
            List<SourceField> source, List<TableField> known, List<Pair> pairs) {
        List<Pair> flat = FieldAlignment.of(Flattening.source(source), Flattening.table(known));
        return flat != null && FieldAlignment.loads(flat) ? flat : pairs;
    }

    private void pair(Pair pair, List<Pair> all, StructValue struct, String versions) {
        SourceField source = pair.source();
        TableField table = pair.table();
        switch (pair.step()) {
            case SAME -> {
                if (source != null && table != null) {
                    same(source, table.field());
                }
            }
            case RENAMED -> {
                if (source != null && table != null) {
                    renamed(source, table.field(), all, versions);
                }
            }
            case RESIZED -> {
                if (source != null && table != null) {
                    add(
                            pair.fails() ? Severity.ERROR : Severity.WARNING,
                            source.offset(),
                            source.path(),
                            size(source)
                                    + " here, "
                                    + size(table.field())
                                    + " in the destination"
                                    + versions);
                }
            }
            case EXTRA -> {
                if (source != null) {
                    error(
                            source.offset(),
                            source.path(),
                            "the destination has no such field (" + size(source) + ")" + versions);
                }
            }
            case MISSING -> {
                if (table != null) {
                    error(
                            struct.offset(),
                            table.path(),
                            "the destination expects this field ("
                                    + size(table.field())
                                    + "), the stream has not got it"
                                    + versions);
                }
            }
            case UNUSED, LEFT_OUT -> {}
        }
    }

    /** Fields of one size and different names: moved ones, or one that took another's place. */
    private void renamed(
            SourceField source, VmStateTable.Field table, List<Pair> all, String versions) {
        boolean moved = false;
        for (Pair other : all) {
            moved |=
                    other.source() != null
                            && other.source() != source
                            && other.step() != FieldAlignment.Step.SAME
                            && other.source().name().equals(table.name());
        }
        String message =
                "the destination has '" + table.name() + "' in this place, of the same size";
        if (moved) {
            error(source.offset(), source.path(), message + ": the order differs" + versions);
        } else {
            add(Severity.WARNING, source.offset(), source.path(), message + versions);
        }
    }

    private void same(SourceField source, VmStateTable.Field table) {
        VmStateTable nested = table.nested();
        if (nested == null) {
            return;
        }
        for (int i = 0; i < source.elements().size(); i++) {
            StructValue element = source.elements().get(i);
            // A structure's version is not on the wire: the loader takes its own.
            long version =
                    source.type().kind() == FieldType.Kind.VERSIONED_STRUCT
                            ? Math.min(element.version(), nested.version())
                            : nested.version();
            String path = source.single() ? source.path() : source.path() + "[" + i + "]";
            structure(element, nested, version, path + ".");
        }
    }

    private void subsections(StructValue struct, VmStateTable table, String path) {
        for (SubsectionValue subsection : struct.subsections()) {
            VmStateTable known = table.subsection(subsection.name());
            if (known == null) {
                error(
                        subsection.offset(),
                        subsection.name(),
                        "subsection of version "
                                + subsection.body().version()
                                + ", which the destination does not know"
                                + versions(struct, table));
            } else if (version(
                    subsection.body().version(), known, subsection.offset(), subsection.name())) {
                structure(
                        subsection.body(),
                        known,
                        subsection.body().version(),
                        path + subsection.name() + ".");
            }
        }
    }

    private static String versions(StructValue struct, VmStateTable table) {
        return " ('"
                + struct.name()
                + "': version "
                + struct.version()
                + " here, "
                + table.version()
                + " there)";
    }

    private static String size(SourceField field) {
        if (field.structured()) {
            return field.single()
                    ? field.bytes() + " bytes"
                    : structures(field.count()) + ", " + field.bytes() + " bytes";
        }
        return field.single() || field.count() == 1
                ? bytes(field.bytes())
                : field.count() + " times " + bytes(field.elementSize());
    }

    private static String size(VmStateTable.Field field) {
        VmStateTable nested = field.nested();
        if (nested != null) {
            return field.count() > 0
                    ? structures(field.count()) + " '" + nested.name() + "'"
                    : "structure '" + nested.name() + "'";
        }
        if (field.size() == 0) {
            return "of its own format";
        }
        return field.count() > 0
                ? field.count() + " times " + bytes(field.size())
                : bytes(field.size());
    }

    private static String structures(int count) {
        return count == 1 ? "1 structure" : count + " structures";
    }

    private static String bytes(long bytes) {
        return bytes == 1 ? "1 byte" : bytes + " bytes";
    }

    private void error(long offset, String path, String message) {
        add(Severity.ERROR, offset, path, message);
    }

    private void add(Severity severity, long offset, String path, String message) {
        if (told.add(withoutIndexes(path) + "\0" + message)) {
            mismatches.add(new LayoutMismatch(severity, offset, path, message));
        }
    }

    private static String withoutIndexes(String path) {
        StringBuilder plain = new StringBuilder(path.length());
        boolean inside = false;
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            inside = c == '[' || (inside && c != ']');
            if (!inside && c != ']') {
                plain.append(c);
            }
        }
        return plain.toString();
    }

    /** Takes the borders of structures away, which are not on the wire. */
    private static final class Flattening {

        static List<SourceField> source(List<SourceField> fields) {
            List<SourceField> flat = new ArrayList<>();
            for (SourceField field : fields) {
                if (field.single()
                        && field.elements().size() == 1
                        && field.elements().getFirst().subsections().isEmpty()) {
                    flat.addAll(
                            source(
                                    SourceField.of(
                                            field.elements().getFirst(), field.path() + ".")));
                } else {
                    flat.add(field);
                }
            }
            return flat;
        }

        static List<TableField> table(List<TableField> fields) {
            List<TableField> flat = new ArrayList<>();
            for (TableField field : fields) {
                @Nullable VmStateTable nested = field.field().nested();
                if (nested == null || field.conditional() || field.field().count() > 1) {
                    flat.add(field);
                } else {
                    flat.addAll(table(TableField.of(nested, nested.version(), field.path() + ".")));
                }
            }
            return flat;
        }
    }
}
