package dev.ferry.stream.edit;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** What changes in one channel: stretches of bytes that are replaced, removed or inserted. */
public final class Splices {

    private static final byte[] NOTHING = new byte[0];

    private final List<Splice> single = new ArrayList<>();
    private final List<SpliceSeries> series = new ArrayList<>();
    private boolean sorted = true;

    /** Nothing changes. */
    public Splices() {}

    /**
     * Replaces {@code length} bytes at {@code offset}.
     *
     * @param bytes what takes their place; not to be changed any more
     * @param what what it is for, as in messages
     */
    public void replace(long offset, long length, byte[] bytes, String what) {
        single.add(new Splice(offset, length, bytes, what));
        sorted = false;
    }

    /** Removes {@code length} bytes at {@code offset}. */
    public void remove(long offset, long length, String what) {
        replace(offset, length, NOTHING, what);
    }

    void add(SpliceSeries more) {
        if (!more.isEmpty()) {
            series.add(more);
        }
    }

    void addAll(Splices more) {
        single.addAll(more.single);
        series.addAll(more.series);
        sorted = false;
    }

    /** What there were too many places of to keep, or null. */
    @Nullable String full() {
        for (SpliceSeries each : series) {
            if (each.full()) {
                return each.what();
            }
        }
        return null;
    }

    /** Whether nothing changes. */
    public boolean isEmpty() {
        return single.isEmpty() && series.isEmpty();
    }

    /** All of them in ascending order. */
    SpliceReader reader() {
        if (!sorted) {
            // Stable: what is inserted at one place stays in the order in which it was asked for.
            single.sort(Comparator.comparingLong(Splice::offset));
            sorted = true;
        }
        List<SpliceReader> readers = new ArrayList<>();
        readers.add(new ListReader(single));
        for (SpliceSeries each : series) {
            readers.add(each.reader());
        }
        return readers.size() == 1 ? readers.getFirst() : new Merge(readers);
    }

    /** Says so if two of them change the same bytes. */
    void requireDisjoint() throws EditException {
        SpliceReader reader = reader();
        Splice before = null;
        for (Splice next = reader.next(); next != null; next = reader.next()) {
            if (before != null && next.offset() < before.end()) {
                throw new EditException(
                        before.what().equals(next.what())
                                ? before.what() + " is asked for twice"
                                : before.what()
                                        + " and "
                                        + next.what()
                                        + " are both asked for, but change the same bytes");
            }
            before = next;
        }
    }

    /**
     * By how much longer the stream is before each of some offsets.
     *
     * @param offsets in ascending order; what is inserted at one of them counts as behind it
     */
    long[] growthBefore(long[] offsets) {
        long[] growth = new long[offsets.length];
        SpliceReader reader = reader();
        Splice next = reader.next();
        long sum = 0;
        for (int i = 0; i < offsets.length; i++) {
            while (next != null && next.offset() < offsets[i]) {
                sum += next.bytes().length - next.length();
                next = reader.next();
            }
            growth[i] = sum;
        }
        return growth;
    }

    private static final class ListReader implements SpliceReader {
        private final List<Splice> list;
        private int next;

        ListReader(List<Splice> list) {
            this.list = list;
        }

        @Override
        public @Nullable Splice next() {
            return next < list.size() ? list.get(next++) : null;
        }
    }

    /** Several readers as one. */
    private static final class Merge implements SpliceReader {

        private record Head(Splice splice, int from) implements Comparable<Head> {
            @Override
            public int compareTo(Head other) {
                int byOffset = Long.compare(splice.offset(), other.splice.offset());
                return byOffset != 0 ? byOffset : Integer.compare(from, other.from);
            }
        }

        private final List<SpliceReader> readers;
        private final PriorityQueue<Head> heads = new PriorityQueue<>();

        Merge(List<SpliceReader> readers) {
            this.readers = readers;
            for (int i = 0; i < readers.size(); i++) {
                take(i);
            }
        }

        private void take(int from) {
            Splice splice = readers.get(from).next();
            if (splice != null) {
                heads.add(new Head(splice, from));
            }
        }

        @Override
        public @Nullable Splice next() {
            Head head = heads.poll();
            if (head == null) {
                return null;
            }
            take(head.from);
            return head.splice;
        }
    }
}
