package dev.ferry.vmm.fault;

import dev.ferry.vmm.machine.MachineListener;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Writes down what a machine says. */
final class Notes implements MachineListener {

    final List<String> all = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void note(String message) {
        all.add(message);
    }

    /** The only one that has a word in it. */
    String only(String word) {
        List<String> found = all.stream().filter(note -> note.contains(word)).toList();
        if (found.size() != 1) {
            throw new AssertionError("\"" + word + "\" in " + found.size() + " of " + all);
        }
        return found.getFirst();
    }
}
