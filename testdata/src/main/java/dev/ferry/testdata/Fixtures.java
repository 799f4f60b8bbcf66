package dev.ferry.testdata;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/** The corpus: every capture, by name. Listing reads one small index; a capture is read on use. */
public final class Fixtures {
    private static final String METADATA = ".json";

    private Fixtures() {}

    /** Every capture, in the order of the names. */
    public static List<Fixture> all() {
        return List.copyOf(Index.BY_NAME.values());
    }

    /**
     * The capture of that name.
     *
     * @throws NoSuchElementException if there is none
     */
    public static Fixture named(String name) {
        Fixture fixture = Index.BY_NAME.get(name);
        if (fixture == null) {
            throw new NoSuchElementException("no fixture is named '" + name + "'");
        }
        return fixture;
    }

    /** The captures whose names match a glob, such as {@code multifd-*-q{7,10}}. */
    public static List<Fixture> matching(String glob) {
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + glob);
        return where(fixture -> matcher.matches(Path.of(fixture.name())));
    }

    /** The captures a condition holds for. */
    public static List<Fixture> where(Predicate<? super Fixture> condition) {
        return all().stream().filter(condition).toList();
    }

    private static final class Index {
        static final Map<String, Fixture> BY_NAME = byName();

        private static Map<String, Fixture> byName() {
            Set<String> files = new TreeSet<>(Corpus.index(Corpus.QEMU));
            Map<String, Fixture> fixtures = new LinkedHashMap<>();
            for (String file : files) {
                if (file.endsWith(METADATA)) {
                    String name = file.substring(0, file.length() - METADATA.length());
                    fixtures.put(
                            name,
                            new Fixture(
                                    name,
                                    files.contains(name + ".analyze.json.xz"),
                                    files.contains(name + ".events.json.xz")));
                }
            }
            return fixtures;
        }
    }
}
