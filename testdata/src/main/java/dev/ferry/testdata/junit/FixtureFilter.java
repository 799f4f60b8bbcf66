package dev.ferry.testdata.junit;

import dev.ferry.testdata.CaptureKind;
import dev.ferry.testdata.Fixture;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.stream.Stream;

/** The filters of a {@link FixtureSource}. The name is asked first: it needs no file to be read. */
final class FixtureFilter {
    private final List<PathMatcher> names;
    private final List<PathMatcher> excluded;
    private final List<String> targets;
    private final List<String> versions;
    private final List<CaptureKind> kinds;
    private final List<String> capabilities;

    FixtureFilter(FixtureSource source) {
        names = globs(source.name());
        excluded = globs(source.exclude());
        targets = List.of(source.target());
        versions = List.of(source.version());
        kinds = List.of(source.kind());
        capabilities = List.of(source.capability());
    }

    boolean passes(Fixture fixture) {
        Path name = Path.of(fixture.name());
        return (names.isEmpty() || matches(names, name))
                && !matches(excluded, name)
                && (targets.isEmpty() || targets.contains(fixture.target()))
                && (versions.isEmpty() || isOfVersion(fixture.qemuVersion()))
                && (kinds.isEmpty() || kinds.contains(fixture.kind()))
                && (capabilities.isEmpty()
                        || capabilities.stream().anyMatch(fixture.capabilities()::contains));
    }

    private boolean isOfVersion(String version) {
        return versions.stream()
                .anyMatch(wanted -> version.equals(wanted) || version.startsWith(wanted + "."));
    }

    private static boolean matches(List<PathMatcher> globs, Path name) {
        return globs.stream().anyMatch(glob -> glob.matches(name));
    }

    private static List<PathMatcher> globs(String[] patterns) {
        return Stream.of(patterns)
                .map(pattern -> FileSystems.getDefault().getPathMatcher("glob:" + pattern))
                .toList();
    }
}
