package dev.ferry.stream.edit;

import dev.ferry.stream.item.SectionBody;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.vmstate.VmStateValue;
import dev.ferry.stream.vmstate.VmStateValue.SubsectionValue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Subsections that go, wherever in their device they are. */
final class SubsectionDrops {

    private static final int NAMES_KEPT = 256;

    /** A subsection that goes. */
    record Dropped(SectionName section, String name, long bytes) {}

    private record Place(int channel, long offset, long length) {}

    /** What a device has of what is wanted. */
    private static final class Inside {
        private final String name;
        private final List<Place> places = new ArrayList<>();
        private final Set<String> names = new TreeSet<>();

        /** Of one device; it may be sent more than once. */
        private long bytes;

        Inside(String name) {
            this.name = name;
        }
    }

    private static final class Wanted {
        private final String text;
        private final Candidates<Inside> candidates = new Candidates<>();

        Wanted(String text) {
            this.text = text;
        }
    }

    private final List<Wanted> wanted = new ArrayList<>();

    SubsectionDrops(List<String> texts) {
        for (String text : texts) {
            wanted.add(new Wanted(text));
        }
    }

    boolean isEmpty() {
        return wanted.isEmpty();
    }

    void section(StreamItem.Section section) throws IOException {
        if (!(section.body() instanceof SectionBody.Device device)) {
            return;
        }
        SectionName name = new SectionName(section.name(), section.instance());
        for (Wanted each : wanted) {
            for (int colon = each.text.indexOf(':');
                    colon >= 0;
                    colon = each.text.indexOf(':', colon + 1)) {
                String left = each.text.substring(0, colon);
                if (name.fits(left) == SectionName.NO_FIT) {
                    continue;
                }
                Inside inside = each.candidates.get(name, left);
                if (inside == null) {
                    inside = new Inside(each.text.substring(colon + 1));
                    each.candidates.put(name, left, inside);
                }
                inside.bytes = 0;
                search(device.state().root(), section.channel(), inside);
            }
        }
    }

    private static void search(VmStateValue value, int channel, Inside inside) {
        switch (value) {
            case VmStateValue.StructValue struct -> {
                for (VmStateValue.FieldValue field : struct.fields()) {
                    search(field.value(), channel, inside);
                }
                for (SubsectionValue subsection : struct.subsections()) {
                    if (inside.names.size() < NAMES_KEPT) {
                        inside.names.add(subsection.name());
                    }
                    if (subsection.name().equals(inside.name)) {
                        inside.bytes += subsection.length();
                        inside.places.add(
                                new Place(channel, subsection.offset(), subsection.length()));
                    } else {
                        search(subsection.body(), channel, inside);
                    }
                }
            }
            case VmStateValue.ArrayValue array -> {
                for (VmStateValue element : array.elements()) {
                    search(element, channel, inside);
                }
            }
            case VmStateValue.ListValue list -> {
                for (VmStateValue element : list.elements()) {
                    search(element, channel, inside);
                }
            }
            case VmStateValue.TreeValue tree -> {
                for (VmStateValue.TreeValue.Entry entry : tree.entries()) {
                    search(entry.key(), channel, inside);
                    search(entry.value(), channel, inside);
                }
            }
            case VmStateValue.IntegerValue _,
                    VmStateValue.BoolValue _,
                    VmStateValue.BytesValue _,
                    VmStateValue.TextValue _,
                    VmStateValue.NullPointer _,
                    VmStateValue.PointerMarker _,
                    VmStateValue.IntegerArray _ -> {}
        }
    }

    /** Adds what goes to {@code plan}, and says what it was. */
    List<Dropped> finish(EditPlanner plan) throws EditException {
        List<Dropped> dropped = new ArrayList<>();
        for (Wanted each : wanted) {
            if (each.candidates.isEmpty()) {
                throw plan.missing("device", each.text.substring(0, each.text.lastIndexOf(':')));
            }
            Candidates.Choice<Inside> choice = choice(each);
            Inside inside = choice.value();
            String what = "subsection '" + inside.name + "' of '" + choice.section() + "'";
            for (Place place : inside.places) {
                plan.splices(place.channel).remove(place.offset, place.length, what);
            }
            dropped.add(new Dropped(choice.section(), inside.name, inside.bytes));
        }
        return dropped;
    }

    private static Candidates.Choice<Inside> choice(Wanted wanted) throws EditException {
        List<Candidates.Choice<Inside>> choices = wanted.candidates.choices(wanted.text);
        for (Candidates.Choice<Inside> choice : choices) {
            if (!choice.value().places.isEmpty()) {
                return choice;
            }
        }
        Candidates.Choice<Inside> first = choices.getFirst();
        Inside inside = first.value();
        throw new EditException(
                "device '"
                        + first.section()
                        + "' has no subsection '"
                        + inside.name
                        + "'"
                        + Names.instead(inside.name, inside.names));
    }
}
