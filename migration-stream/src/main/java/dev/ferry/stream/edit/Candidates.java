package dev.ferry.stream.edit;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The sections that a name may mean, each with what was found out about it. Which one it is shows
 * only when all are known: a name in full counts more than a name's last part, and more of the text
 * taken as the name counts more than less.
 */
final class Candidates<T> {

    /** More than one at the top is an error anyway, and how many more does not matter. */
    private static final int KEPT = 64;

    private record Way(int fit, int length) implements Comparable<Way> {
        @Override
        public int compareTo(Way other) {
            return fit != other.fit
                    ? Integer.compare(other.fit, fit)
                    : Integer.compare(other.length, length);
        }
    }

    private final TreeMap<Way, TreeMap<SectionName, T>> ways = new TreeMap<>();

    /**
     * What is kept for {@code section}, or null.
     *
     * @param name the part of the user's text that names it
     */
    @Nullable T get(SectionName section, String name) {
        TreeMap<SectionName, T> way = ways.get(way(section, name));
        return way == null ? null : way.get(section);
    }

    void put(SectionName section, String name, T value) {
        TreeMap<SectionName, T> way =
                ways.computeIfAbsent(way(section, name), k -> new TreeMap<>());
        if (way.size() < KEPT || way.containsKey(section)) {
            way.put(section, value);
        }
    }

    private static Way way(SectionName section, String name) {
        return new Way(section.fits(name), name.length());
    }

    boolean isEmpty() {
        return ways.isEmpty();
    }

    /** A section with what was found out about it. */
    record Choice<T>(SectionName section, T value) {}

    /**
     * The sections that are meant, the likeliest first.
     *
     * @throws EditException if {@code text} means several equally well
     */
    List<Choice<T>> choices(String text) throws EditException {
        List<Choice<T>> choices = new ArrayList<>();
        for (TreeMap<SectionName, T> way : ways.values()) {
            if (way.size() > 1 && choices.isEmpty()) {
                throw new EditException(
                        "'" + text + "' may mean " + list(way.keySet()) + "; name one of them");
            }
            if (way.size() == 1) {
                choices.add(new Choice<>(way.firstKey(), way.firstEntry().getValue()));
            }
        }
        return choices;
    }

    private static String list(Collection<SectionName> sections) {
        List<String> names = new ArrayList<>();
        for (SectionName section : sections) {
            names.add(section.toString());
        }
        return Names.list(names);
    }
}
