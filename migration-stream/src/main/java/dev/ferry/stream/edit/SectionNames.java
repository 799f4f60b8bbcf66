package dev.ferry.stream.edit;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The sections that a stream has, as far as messages need them. */
final class SectionNames {

    /** A real machine has some hundreds. */
    private static final int KEPT = 4096;

    private final Set<String> names = new LinkedHashSet<>();

    void add(String name) {
        if (names.size() < KEPT) {
            names.add(name);
        }
    }

    /** What to name instead of {@code asked}. */
    String instead(String asked) {
        int slash = asked.lastIndexOf('/');
        String bare =
                slash > 0 && asked.substring(slash + 1).chars().allMatch(Character::isDigit)
                        ? asked.substring(0, slash)
                        : asked;
        List<String> ways = new ArrayList<>(names);
        for (String name : names) {
            int last = name.lastIndexOf('/') + 1;
            if (last > 0 && !names.contains(name.substring(last))) {
                ways.add(name.substring(last));
            }
        }
        return names.contains(bare)
                ? "; '" + bare + "' has other instances"
                : Names.instead(bare, ways, names);
    }
}
