package dev.ferry.stream.edit;

import dev.ferry.stream.item.SectionBody;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.vmstate.VmStateValue.StructValue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Fields of devices that get new values. */
final class FieldAssignments {

    /** What becomes of a device; it may be sent more than once. */
    private static final class Outcome {
        private final List<Change> changes = new ArrayList<>();
        private String problem = "";
    }

    /** Bytes of one device that change. */
    private record Change(int channel, Splices splices) {}

    private static final class Wanted {
        private final StreamEdits.Assignment assignment;
        private final Candidates<Outcome> candidates = new Candidates<>();

        Wanted(StreamEdits.Assignment assignment) {
            this.assignment = assignment;
        }
    }

    private final List<Wanted> wanted = new ArrayList<>();

    FieldAssignments(List<StreamEdits.Assignment> assignments) {
        for (StreamEdits.Assignment assignment : assignments) {
            wanted.add(new Wanted(assignment));
        }
    }

    void section(StreamItem.Section section) throws IOException {
        if (!(section.body() instanceof SectionBody.Device device)) {
            return;
        }
        SectionName name = new SectionName(section.name(), section.instance());
        for (Wanted each : wanted) {
            String path = each.assignment.path();
            for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
                String left = path.substring(0, dot);
                if (name.fits(left) == SectionName.NO_FIT) {
                    continue;
                }
                Outcome outcome = each.candidates.get(name, left);
                if (outcome == null) {
                    outcome = new Outcome();
                    each.candidates.put(name, left, outcome);
                }
                StructValue root = device.state().root();
                try {
                    Splices splices =
                            change(name, root, path.substring(dot + 1), each.assignment.value());
                    outcome.changes.add(new Change(section.channel(), splices));
                } catch (EditException e) {
                    outcome.problem = name + ": " + e.getMessage();
                }
            }
        }
    }

    private static Splices change(SectionName section, StructValue root, String path, String value)
            throws EditException {
        String what = "field " + section + "." + path;
        Splices splices = new Splices();
        if (RunState.isMeant(section, path, value)) {
            RunState.set(root, value, splices, what);
            return splices;
        }
        FieldLookup.Found found = FieldLookup.find(root, path);
        byte[] bytes;
        try {
            bytes = FieldText.bytes(found, value);
        } catch (EditException e) {
            throw new EditException(path + ": " + e.getMessage());
        }
        long offset = found.value().offset() + Math.max(found.byteIndex(), 0);
        splices.replace(offset, bytes.length, bytes, what);
        return splices;
    }

    /** Adds what changes to {@code plan}. */
    void finish(EditPlanner plan) throws EditException {
        for (Wanted each : wanted) {
            if (each.candidates.isEmpty()) {
                throw plan.missingDeviceOf(each.assignment.path());
            }
            List<Candidates.Choice<Outcome>> choices =
                    each.candidates.choices(each.assignment.path());
            Outcome chosen = null;
            for (Candidates.Choice<Outcome> choice : choices) {
                if (choice.value().problem.isEmpty()) {
                    chosen = choice.value();
                    break;
                }
            }
            if (chosen == null) {
                throw new EditException(choices.getFirst().value().problem);
            }
            for (Change change : chosen.changes) {
                plan.splices(change.channel).addAll(change.splices);
            }
        }
    }
}
