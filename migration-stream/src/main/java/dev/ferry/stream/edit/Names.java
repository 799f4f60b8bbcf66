package dev.ferry.stream.edit;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** Names as users type them, and what to say about one that is not there. */
final class Names {

    /** More are not listed in a message. */
    private static final int LISTED = 12;

    private static final int SUGGESTED = 3;

    /** Distance is not worked out for longer ones. */
    private static final int LONGEST = 128;

    private Names() {}

    /** Text as names from the wire are held: one char for each byte. */
    static String wire(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /**
     * {@code "; did you mean a or b?"} if something is spelled nearly like {@code asked}, else
     * {@code "; there are a, b and c"}.
     */
    static String instead(String asked, Collection<String> there) {
        return instead(asked, there, there);
    }

    /** As the other one, where things have several names, of which {@code listed} are shown. */
    static String instead(String asked, Collection<String> ways, Collection<String> listed) {
        List<String> near = near(asked, ways);
        if (!near.isEmpty()) {
            return "; did you mean " + join(near, near.size(), " or ") + "?";
        }
        return listed.isEmpty() ? "; there is none" : "; there are " + list(listed);
    }

    /** The names, or the first of them and how many more there are. */
    static String list(Collection<String> names) {
        List<String> all = new ArrayList<>(names);
        if (all.size() <= LISTED) {
            return join(all, all.size(), " and ");
        }
        return String.join(", ", all.subList(0, LISTED))
                + " and "
                + (all.size() - LISTED)
                + " more";
    }

    private static String join(List<String> names, int count, String last) {
        if (count == 1) {
            return names.getFirst();
        }
        return String.join(", ", names.subList(0, count - 1)) + last + names.get(count - 1);
    }

    private record Near(String name, int distance) implements Comparable<Near> {
        @Override
        public int compareTo(Near other) {
            return Integer.compare(distance, other.distance);
        }
    }

    private static List<String> near(String asked, Collection<String> there) {
        List<Near> near = new ArrayList<>();
        String lower = asked.toLowerCase(Locale.ROOT);
        for (String name : there) {
            String other = name.toLowerCase(Locale.ROOT);
            int distance = distance(lower, other);
            if (distance <= Math.max(1, Math.min(lower.length(), other.length()) / 3)) {
                near.add(new Near(name, distance));
            } else if (lower.length() >= 3 && other.contains(lower)) {
                near.add(new Near(name, LONGEST + other.length()));
            }
        }
        Collections.sort(near);
        List<String> names = new ArrayList<>();
        for (Near each : near.subList(0, Math.min(SUGGESTED, near.size()))) {
            names.add(each.name);
        }
        return names;
    }

    /** How many letters to add, drop, change or exchange with their neighbour. */
    private static int distance(String a, String b) {
        if (a.length() > LONGEST || b.length() > LONGEST) {
            return Integer.MAX_VALUE;
        }
        int[][] rows = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                rows[i][j] =
                        i == 0 || j == 0
                                ? i + j
                                : Math.min(
                                        rows[i - 1][j - 1] + differs(a, i, b, j),
                                        1 + Math.min(rows[i - 1][j], rows[i][j - 1]));
                if (i > 1 && j > 1 && differs(a, i, b, j - 1) + differs(a, i - 1, b, j) == 0) {
                    rows[i][j] = Math.min(rows[i][j], 1 + rows[i - 2][j - 2]);
                }
            }
        }
        return rows[a.length()][b.length()];
    }

    private static int differs(String a, int i, String b, int j) {
        return a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
    }
}
