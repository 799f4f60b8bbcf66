package dev.ferry.tools.convert;

import java.util.ArrayList;
import java.util.List;

/** What the user should know about an output. */
final class Report {

    private final List<String> evidence = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    /** From what something was concluded that the input does not say itself. */
    void evidence(String sentence) {
        evidence.add(sentence);
    }

    /** Something to keep in mind when using the output. */
    void note(String sentence) {
        notes.add(sentence);
    }

    List<String> evidence() {
        return evidence;
    }

    List<String> notes() {
        return notes;
    }
}
