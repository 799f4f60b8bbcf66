package dev.ferry.stream.vmstate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sets the fields that a stream has against those that a table knows, in order, so that as little
 * as possible is wrong: the cheapest alignment of two sequences.
 */
final class FieldAlignment {

    /** What a pair of fields amounts to. */
    enum Step {
        /** The same field. */
        SAME,
        /** Fields of one size and different names. */
        RENAMED,
        /** A field whose size or number of elements differs. */
        RESIZED,
        /** Bytes that one side calls unused. */
        UNUSED,
        /** A field the table does not have there. */
        EXTRA,
        /** A field the table must have and the stream has not. */
        MISSING,
        /** A field the table may have and the stream has not. */
        LEFT_OUT
    }

    /**
     * A step of the alignment.
     *
     * @param source the stream's field, null for MISSING and LEFT_OUT
     * @param table the table's field, null for EXTRA
     */
    record Pair(Step step, @Nullable SourceField source, @Nullable TableField table) {

        /** Whether a destination fails at it. */
        boolean fails() {
            return switch (step) {
                case EXTRA, MISSING -> true;
                // A format of the device's own may take other room on the wire than in memory.
                case RESIZED -> source == null || source.type().kind() != FieldType.Kind.OPAQUE;
                case SAME, RENAMED, UNUSED, LEFT_OUT -> false;
            };
        }
    }

    private static final int RENAME_COST = 3;
    private static final int UNUSED_COST = 1;
    private static final int RESIZE_COST = 8;
    private static final int SKIP_COST = 10;

    /** More than that is no structure of a device. */
    private static final int MAX_CELLS = 1 << 22;

    /** Shorter names are parts of too many others. */
    private static final int MIN_PART = 4;

    private final List<SourceField> source;
    private final List<TableField> table;
    private final int columns;
    private final int[] costs;
    private final int[] from;

    private FieldAlignment(List<SourceField> source, List<TableField> table) {
        this.source = source;
        this.table = table;
        this.columns = table.size() + 1;
        this.costs = new int[(source.size() + 1) * columns];
        this.from = new int[costs.length];
    }

    /** Aligns two lists; null if they are too long for it. */
    static @Nullable List<Pair> of(List<SourceField> source, List<TableField> table) {
        List<Pair> pairs = new ArrayList<>();
        int alike = 0;
        while (alike < Math.min(source.size(), table.size())
                && step(source.get(alike), table.get(alike)) == Step.SAME
                && source.get(alike).name().equals(table.get(alike).field().name())) {
            pairs.add(new Pair(Step.SAME, source.get(alike), table.get(alike)));
            alike++;
        }
        List<SourceField> restOfSource = source.subList(alike, source.size());
        List<TableField> restOfTable = table.subList(alike, table.size());
        if ((restOfSource.size() + 1L) * (restOfTable.size() + 1L) > MAX_CELLS) {
            return null;
        }
        FieldAlignment alignment = new FieldAlignment(restOfSource, restOfTable);
        alignment.fill();
        pairs.addAll(alignment.path());
        return pairs;
    }

    /** Whether nothing in it makes a destination fail. */
    static boolean loads(List<Pair> pairs) {
        for (Pair pair : pairs) {
            if (pair.fails()) {
                return false;
            }
        }
        return true;
    }

    private void fill() {
        Arrays.fill(costs, Integer.MAX_VALUE);
        costs[0] = 0;
        from[0] = -1;
        for (int s = 0; s <= source.size(); s++) {
            for (int t = 0; t < columns; t++) {
                int here = costs[s * columns + t];
                if (here != Integer.MAX_VALUE) {
                    spread(s, t, here);
                }
            }
        }
    }

    private void spread(int s, int t, int here) {
        if (s < source.size()) {
            reach(s, t, s + 1, t, here + SKIP_COST);
            if (source.get(s).unused()) {
                long left = source.get(s).bytes();
                for (int to = t; to < table.size() && left > 0; to++) {
                    long bytes = table.get(to).bytes();
                    if (bytes < 0 || bytes > left) {
                        break;
                    }
                    left -= bytes;
                    if (left == 0) {
                        reach(s, t, s + 1, to + 1, here + UNUSED_COST);
                    }
                }
            }
        }
        if (t < table.size()) {
            reach(s, t, s, t + 1, here + (table.get(t).conditional() ? 0 : SKIP_COST));
            if (table.get(t).field().unused()) {
                long left = table.get(t).bytes();
                for (int to = s; to < source.size() && left > 0; to++) {
                    left -= source.get(to).bytes();
                    if (left == 0) {
                        reach(s, t, to + 1, t + 1, here + UNUSED_COST);
                    }
                }
            }
        }
        if (s < source.size() && t < table.size()) {
            int cost =
                    switch (step(source.get(s), table.get(t))) {
                        case SAME -> 0;
                        case RENAMED -> RENAME_COST;
                        case RESIZED -> RESIZE_COST;
                        case UNUSED, EXTRA, MISSING, LEFT_OUT -> 2 * SKIP_COST;
                    };
            reach(s, t, s + 1, t + 1, here + cost);
        }
    }

    private void reach(int s, int t, int nextS, int nextT, int cost) {
        int cell = nextS * columns + nextT;
        // Of equal ways the last one found pairs most.
        if (cost <= costs[cell]) {
            costs[cell] = cost;
            from[cell] = s * columns + t;
        }
    }

    private List<Pair> path() {
        List<Pair> pairs = new ArrayList<>();
        int cell = costs.length - 1;
        while (from[cell] >= 0) {
            int before = from[cell];
            add(pairs, before / columns, before % columns, cell / columns, cell % columns);
            cell = before;
        }
        Collections.reverse(pairs);
        return pairs;
    }

    private void add(List<Pair> pairs, int s, int t, int endS, int endT) {
        if (endS == s) {
            Step step = table.get(t).conditional() ? Step.LEFT_OUT : Step.MISSING;
            pairs.add(new Pair(step, null, table.get(t)));
        } else if (endT == t) {
            pairs.add(new Pair(Step.EXTRA, source.get(s), null));
        } else if (endS - s > 1 || endT - t > 1) {
            pairs.add(new Pair(Step.UNUSED, source.get(s), table.get(t)));
        } else {
            Step step = step(source.get(s), table.get(t));
            pairs.add(
                    new Pair(step == Step.EXTRA ? Step.UNUSED : step, source.get(s), table.get(t)));
        }
    }

    /**
     * What two fields at the same place are to each other; EXTRA if they have nothing in common.
     */
    private static Step step(SourceField source, TableField table) {
        VmStateTable nested = table.field().nested();
        boolean sameName = related(source.name(), table.field().name());
        if (source.structured() || nested != null) {
            if (source.structured() && nested != null) {
                boolean sameStructure = source.elements().getFirst().name().equals(nested.name());
                return !sameName && !sameStructure
                        ? Step.EXTRA
                        : countFits(source, table) ? Step.SAME : Step.RESIZED;
            }
            // An array of structures may be empty, and a pointer to one null.
            return sameName && source.bytes() <= source.count() ? Step.SAME : Step.EXTRA;
        }
        boolean fits = sizeFits(source, table) && countFits(source, table);
        if (source.unused() || table.field().unused()) {
            return source.bytes() == table.bytes() ? Step.SAME : Step.EXTRA;
        }
        if (sameName) {
            return fits ? Step.SAME : Step.RESIZED;
        }
        boolean certain = source.sizeTells() && table.field().size() > 0;
        return fits && certain ? Step.RENAMED : Step.EXTRA;
    }

    private static boolean sizeFits(SourceField source, TableField table) {
        long size = table.field().size();
        boolean hints = source.sizeTells() || source.type().kind() == FieldType.Kind.OPAQUE;
        return !hints
                || size == 0
                || size == source.elementSize()
                || source.bytes() == table.bytes();
    }

    /** Counts are compared where both sides tell one. */
    private static boolean countFits(SourceField source, TableField table) {
        int count = table.field().count();
        return count <= 0
                || source.count() == count
                || (source.sizeTells() && source.bytes() == table.bytes());
    }

    /**
     * Whether two names mean the same field: members were moved into structures and got longer
     * names over the years, as {@code tmr.timer} became {@code ar.tmr.timer} and {@code num_timers}
     * became {@code num_timers_save}.
     */
    static boolean related(String a, String b) {
        String first = plain(a);
        String second = plain(b);
        if (first.length() < MIN_PART || second.length() < MIN_PART) {
            return first.equals(second);
        }
        return first.contains(second) || second.contains(first);
    }

    /** The last member's name, without indexes. */
    private static String plain(String name) {
        int end = name.length();
        while (end > 0 && name.charAt(end - 1) == ']') {
            int open = name.lastIndexOf('[', end - 1);
            if (open <= 0) {
                break;
            }
            end = open;
        }
        return name.substring(name.lastIndexOf('.', end - 1) + 1, end);
    }
}
