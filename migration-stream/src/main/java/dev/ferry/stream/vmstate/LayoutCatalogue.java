package dev.ferry.stream.vmstate;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Layouts of devices for streams that do not describe themselves: postcopy streams, streams of
 * machines with {@code suppress-vmdesc=on}, and of machine types before 2.3.
 *
 * <p>The built-in catalogue was harvested from descriptions that real QEMU wrote (see {@link
 * LayoutHarvester}); it is read when first asked for. A catalogue does not change.
 */
public final class LayoutCatalogue {

    /**
     * A layout of a section, and where it was seen.
     *
     * @param instances instance ids it was seen under, as far as they are below 64, as bits
     */
    record Entry(LayoutTemplate template, List<LayoutOrigin> origins, long instances) {}

    private static final String RESOURCE = "layouts.bin";

    private final Map<String, List<Entry>> sections;
    private final Map<String, List<LayoutTemplate>> subsections;

    /** Asked when this one has no answer, or not the right one. */
    private final @Nullable LayoutCatalogue next;

    LayoutCatalogue(
            Map<String, List<Entry>> sections, Map<String, List<LayoutTemplate>> subsections) {
        this(sections, subsections, null);
    }

    private LayoutCatalogue(
            Map<String, List<Entry>> sections,
            Map<String, List<LayoutTemplate>> subsections,
            @Nullable LayoutCatalogue next) {
        this.sections = Map.copyOf(sections);
        this.subsections = Map.copyOf(subsections);
        this.next = next;
    }

    private static final class BuiltIn {
        static final LayoutCatalogue CATALOGUE = load();

        private static LayoutCatalogue load() {
            try (InputStream in = LayoutCatalogue.class.getResourceAsStream(RESOURCE)) {
                if (in == null) {
                    throw new IllegalStateException("no resource " + RESOURCE);
                }
                return CatalogueFormat.read(in);
            } catch (IOException e) {
                throw new UncheckedIOException("resource " + RESOURCE, e);
            }
        }
    }

    /** The catalogue that comes with this library. */
    public static LayoutCatalogue builtIn() {
        return BuiltIn.CATALOGUE;
    }

    /** A catalogue that asks this one first, then {@code other}. */
    public LayoutCatalogue before(LayoutCatalogue other) {
        return new LayoutCatalogue(
                sections, subsections, next == null ? other : next.before(other));
    }

    static <T> List<T> union(List<T> first, List<T> second) {
        List<T> union = new ArrayList<>(first);
        union.addAll(second);
        return union;
    }

    /** Tells all layouts of sections and subsections; those of other catalogues do not count. */
    void forEachTemplate(Consumer<LayoutTemplate> action) {
        for (List<Entry> entries : sections.values()) {
            for (Entry entry : entries) {
                action.accept(entry.template());
            }
        }
        for (List<LayoutTemplate> templates : subsections.values()) {
            templates.forEach(action);
        }
    }

    /** How many different sections are known by name; those of other catalogues do not count. */
    public int size() {
        return sections.size();
    }

    /**
     * Layouts a section may have, the likeliest first: seen on the same machine type, on one of its
     * family (nearest version first), on the same target, anywhere.
     *
     * @param machine the stream's machine type, empty if unknown
     * @param silent as in {@link LayoutOrigin}
     * @param section the section's name, with its bus path
     * @param version from the section's header
     */
    List<LayoutTemplate> candidates(
            String machine, int silent, String section, long instance, long version) {
        List<Entry> found = new ArrayList<>();
        for (String name = section; ; name = name.substring(name.indexOf('/') + 1)) {
            for (Entry entry : sections.getOrDefault(name, List.of())) {
                int known = entry.template().version();
                if (known == version || known == LayoutTemplate.ANY_VERSION) {
                    found.add(entry);
                }
            }
            if (name.indexOf('/') < 0) {
                break;
            }
        }
        List<LayoutTemplate> templates = new ArrayList<>(found.size());
        if (found.size() == 1) {
            templates.add(found.getFirst().template());
        } else if (found.size() > 1) {
            List<String> targets = targets(machine);
            List<Ranked> ranked = new ArrayList<>(found.size());
            for (Entry entry : found) {
                ranked.add(rank(entry, machine, silent, instance, targets));
            }
            Collections.sort(ranked);
            for (Ranked one : ranked) {
                templates.add(one.template());
            }
        }
        if (next != null) {
            templates.addAll(next.candidates(machine, silent, section, instance, version));
        }
        return templates;
    }

    /**
     * @param distance of the nearest origin
     * @param sameInstance whether it was seen under this instance id
     * @param support how many origins are that near
     */
    private record Ranked(LayoutTemplate template, int distance, boolean sameInstance, int support)
            implements Comparable<Ranked> {
        /** The likeliest first. */
        @Override
        public int compareTo(Ranked other) {
            if (distance != other.distance) {
                return Integer.compare(distance, other.distance);
            }
            if (sameInstance != other.sameInstance) {
                return sameInstance ? -1 : 1;
            }
            return Integer.compare(other.support, support);
        }
    }

    private static Ranked rank(
            Entry entry, String machine, int silent, long instance, List<String> targets) {
        int nearest = Integer.MAX_VALUE;
        int support = 0;
        for (LayoutOrigin origin : entry.origins()) {
            boolean sameTarget = targets.contains(origin.target());
            int distance = origin.distance(machine, silent, sameTarget);
            if (distance < nearest) {
                nearest = distance;
                support = 0;
            }
            if (distance == nearest) {
                support++;
            }
        }
        boolean sameInstance = instance < Long.SIZE && (entry.instances() >> instance & 1) != 0;
        return new Ranked(entry.template(), nearest, sameInstance, support);
    }

    /** The targets that have this machine type or its family. */
    private List<String> targets(String machine) {
        String family = LayoutOrigin.family(machine);
        List<String> targets = new ArrayList<>();
        for (List<Entry> entries : sections.values()) {
            for (Entry entry : entries) {
                for (LayoutOrigin origin : entry.origins()) {
                    if (LayoutOrigin.family(origin.machine()).equals(family)
                            && !targets.contains(origin.target())) {
                        targets.add(origin.target());
                    }
                }
            }
        }
        return targets;
    }

    /** Shapes a subsection of this name was seen in; empty if the name is unknown. */
    List<LayoutTemplate> subsections(String name) {
        List<LayoutTemplate> known = subsections.getOrDefault(name, List.of());
        return next == null ? known : union(known, next.subsections(name));
    }

    Map<String, List<Entry>> sections() {
        return sections;
    }

    Map<String, List<LayoutTemplate>> allSubsections() {
        return subsections;
    }
}
