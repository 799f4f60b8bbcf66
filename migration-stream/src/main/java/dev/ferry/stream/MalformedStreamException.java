package dev.ferry.stream;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The bytes contradict the format. */
public final class MalformedStreamException extends StreamException {

    @Serial private static final long serialVersionUID = 1L;

    /** Says what was expected and what was found, and where. */
    public MalformedStreamException(String problem, Place at) {
        this(problem, at, null);
    }

    /** As the other one, with what brought it about. */
    public MalformedStreamException(String problem, Place at, @Nullable Throwable cause) {
        super(problem, at, cause);
    }
}
