package dev.ferry.tools.inspect;

/**
 * Which QEMU wrote a stream, as far as the stream shows it: the tightest bounds among all evidence.
 * Streams do not name their writer.
 */
final class VersionEvidence {

    private int atLeast;
    private String atLeastWhy = "";
    private int atMost = Integer.MAX_VALUE;
    private String atMostWhy = "";

    /** Only {@code major.minor} and later do what {@code why} says. */
    void atLeast(int major, int minor, String why) {
        int version = version(major, minor);
        if (version > atLeast) {
            atLeast = version;
            atLeastWhy = why;
        }
    }

    /** Only {@code major.minor} and earlier do what {@code why} says. */
    void atMost(int major, int minor, String why) {
        int version = version(major, minor);
        if (version < atMost) {
            atMost = version;
            atMostWhy = why;
        }
    }

    /** A machine type {@code pc-q35-9.2} exists since the QEMU it is named for. */
    void machine(String machine) {
        int dash = machine.lastIndexOf('-');
        int dot = machine.indexOf('.', dash + 1);
        if (dash < 0 || dot < 0) {
            return;
        }
        int major = number(machine, dash + 1, dot);
        int minor = number(machine, dot + 1, machine.length());
        if (major >= 0 && minor >= 0) {
            atLeast(major, minor, "machine type");
        }
    }

    private static int number(String text, int from, int to) {
        if (to <= from || to - from > 3) {
            return -1;
        }
        int number = 0;
        for (int i = from; i < to; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            number = number * 10 + digit;
        }
        return number;
    }

    private static int version(int major, int minor) {
        return major * 1000 + minor;
    }

    private static String name(int version) {
        return version / 1000 + "." + version % 1000;
    }

    /** {@code 10.0 or later}; empty without evidence. */
    String range() {
        boolean low = atLeast != 0;
        boolean high = atMost != Integer.MAX_VALUE;
        if (low && high) {
            return atLeast > atMost
                    ? "contradictory: "
                            + name(atLeast)
                            + " or later and "
                            + name(atMost)
                            + " or earlier"
                    : name(atLeast) + " to " + name(atMost);
        }
        return low ? name(atLeast) + " or later" : high ? name(atMost) + " or earlier" : "";
    }

    /** What the bounds rest on. */
    String why() {
        if (atLeastWhy.isEmpty() || atMostWhy.isEmpty()) {
            return atLeastWhy + atMostWhy;
        }
        return atLeastWhy + "; " + atMostWhy;
    }

    /** The lowest version as {@code major.minor}, or empty. */
    String lowest() {
        return atLeast == 0 ? "" : name(atLeast);
    }

    /** The highest version as {@code major.minor}, or empty. */
    String highest() {
        return atMost == Integer.MAX_VALUE ? "" : name(atMost);
    }
}
