package dev.ferry.stream.edit;

import java.io.Serial;

/**
 * The stream is fine, but what was asked for cannot be done to it: a name is not in it, a value
 * does not fit, two edits contradict each other.
 */
public final class EditException extends Exception {

    @Serial private static final long serialVersionUID = 1L;

    /** Says what cannot be done, and what could. */
    public EditException(String problem) {
        super(problem);
    }
}
