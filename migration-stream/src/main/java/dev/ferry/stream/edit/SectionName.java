package dev.ferry.stream.edit;

/**
 * A section as it names itself.
 *
 * @param name idstr, with its bus path
 * @param instance instance id
 */
record SectionName(String name, long instance) implements Comparable<SectionName> {

    /** Not what was meant. */
    static final int NO_FIT = 0;

    /**
     * How well {@code text} names this section: by {@code NAME} or {@code NAME/INSTANCE}, better
     * than by the last part of either; {@link #NO_FIT} if not at all.
     */
    int fits(String text) {
        String numbered = toString();
        if (text.equals(name) || text.equals(numbered)) {
            return 2;
        }
        return name.endsWith("/" + text) || numbered.endsWith("/" + text) ? 1 : NO_FIT;
    }

    @Override
    public int compareTo(SectionName other) {
        int byName = name.compareTo(other.name);
        return byName != 0 ? byName : Long.compare(instance, other.instance);
    }

    @Override
    public String toString() {
        return name + "/" + instance;
    }
}
