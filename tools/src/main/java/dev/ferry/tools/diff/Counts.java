package dev.ferry.tools.diff;

/** How much was found different, and how much could not be compared. */
final class Counts {

    private long stream;
    private long blocks;
    private long pages;
    private long devices;
    private long fields;
    private long undetermined;

    void stream() {
        stream++;
    }

    /** A block that only one side has, or whose length differs. */
    void block() {
        blocks++;
    }

    void pages(long differing) {
        pages += differing;
    }

    /** A device or live section that differs in anything. */
    void device() {
        devices++;
    }

    void field() {
        fields++;
    }

    /** Something that cannot be told. */
    void undetermined() {
        undetermined++;
    }

    long streamFacts() {
        return stream;
    }

    long blockFacts() {
        return blocks;
    }

    long differingPages() {
        return pages;
    }

    long differingDevices() {
        return devices;
    }

    long differingFields() {
        return fields;
    }

    /** Whether all that could be compared is the same. */
    boolean same() {
        return stream == 0 && blocks == 0 && pages == 0 && devices == 0;
    }

    /** Whether everything could be compared. */
    boolean complete() {
        return undetermined == 0;
    }
}
