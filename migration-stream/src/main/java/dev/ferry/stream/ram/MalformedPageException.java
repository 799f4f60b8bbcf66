package dev.ferry.stream.ram;

import java.io.Serial;

/**
 * A page's encoded content contradicts its format. Whoever reads the record knows where it is and
 * turns this into a {@link dev.ferry.stream.MalformedStreamException}.
 */
public final class MalformedPageException extends Exception {

    @Serial private static final long serialVersionUID = 1L;

    /** Says what was expected and what was found. */
    public MalformedPageException(String problem) {
        super(problem);
    }

    /** As the other one, with what brought it about. */
    public MalformedPageException(String problem, Throwable cause) {
        super(problem, cause);
    }
}
