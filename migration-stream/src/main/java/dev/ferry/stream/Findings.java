package dev.ferry.stream;

import java.util.ArrayList;
import java.util.List;

/** Collects findings up to a limit. */
public final class Findings {

    private final List<Finding> list = new ArrayList<>();
    private final int limit;
    private long dropped;

    /** Keeps at most {@code limit}. */
    public Findings(int limit) {
        this.limit = limit;
    }

    /** Adds something that would make a destination fail, or memory wrong. */
    public void error(Place at, String message) {
        add(new Finding(Finding.Severity.ERROR, at, message));
    }

    /** Adds something odd, harmless or not checkable. */
    public void warning(Place at, String message) {
        add(new Finding(Finding.Severity.WARNING, at, message));
    }

    /** Adds one, or counts it if there are too many. */
    public void add(Finding finding) {
        if (list.size() < limit) {
            list.add(finding);
        } else {
            dropped++;
        }
    }

    /** Those kept, in the order they were found. */
    public List<Finding> list() {
        return List.copyOf(list);
    }

    /** How many more there were. */
    public long dropped() {
        return dropped;
    }
}
