package dev.ferry.stream.edit;

import dev.ferry.stream.item.StreamItem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Sections that go, with all their parts. */
final class SectionDrops {

    private static final String RAM = "ram";

    /** Where a section is in each channel. */
    private static final class Extent {
        private final Map<Integer, SpliceSeries> parts = new LinkedHashMap<>();

        /** Why it is not known where it ends; empty where it is. */
        private String problem = "";

        void add(int channel, long at, long length, String what) {
            parts.computeIfAbsent(channel, k -> new SpliceSeries(new byte[0], what))
                    .add(at, length);
        }
    }

    private static final class Wanted {
        private final String text;
        private final Candidates<Extent> candidates = new Candidates<>();

        Wanted(String text) {
            this.text = text;
        }

        Extent extent(SectionName section) {
            Extent extent = candidates.get(section, text);
            if (extent == null) {
                extent = new Extent();
                candidates.put(section, text, extent);
            }
            return extent;
        }
    }

    private final List<Wanted> wanted = new ArrayList<>();

    SectionDrops(List<String> texts) {
        for (String text : texts) {
            wanted.add(new Wanted(text));
        }
    }

    boolean isEmpty() {
        return wanted.isEmpty();
    }

    void section(StreamItem.Section section) {
        SectionName name = new SectionName(section.name(), section.instance());
        part(name, section.channel(), section.at(), section.length());
    }

    void part(SectionName name, int channel, long at, long length) {
        for (Wanted each : wanted) {
            if (name.fits(each.text) != SectionName.NO_FIT) {
                Extent extent = each.extent(name);
                if (!name.name().equals(RAM)) {
                    extent.add(channel, at, length, "section '" + name + "'");
                }
            }
        }
    }

    /** A part of a section whose end is not known. */
    void endless(SectionName name, String why) {
        for (Wanted each : wanted) {
            if (name.fits(each.text) != SectionName.NO_FIT) {
                each.extent(name).problem = why;
            }
        }
    }

    /**
     * Adds what goes to {@code plan}.
     *
     * @return the sections
     */
    Set<SectionName> finish(EditPlanner plan) throws EditException {
        Set<SectionName> dropped = new TreeSet<>();
        for (Wanted each : wanted) {
            if (each.candidates.isEmpty()) {
                throw plan.missing("section", each.text);
            }
            Candidates.Choice<Extent> choice = each.candidates.choices(each.text).getFirst();
            SectionName name = choice.section();
            if (name.name().equals(RAM)) {
                throw new EditException("section 'ram' is the guest's memory and must stay");
            }
            if (!choice.value().problem.isEmpty()) {
                throw new EditException(
                        "section '" + name + "' cannot be dropped: " + choice.value().problem);
            }
            if (!dropped.add(name)) {
                throw new EditException("section '" + name + "' is dropped twice");
            }
            for (Map.Entry<Integer, SpliceSeries> part : choice.value().parts.entrySet()) {
                plan.splices(part.getKey()).add(part.getValue());
            }
        }
        return dropped;
    }
}
