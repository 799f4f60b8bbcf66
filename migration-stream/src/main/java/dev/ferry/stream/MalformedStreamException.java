package dev.ferry.stream;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The bytes contradict the format. */
public final class MalformedStreamException extends StreamException {

    @Serial private static final long serialVersionUID = 1L;

    public MalformedStreamException(String problem, Place at) {
        this(problem, at, null);
    }

    public MalformedStreamException(String problem, Place at, @Nullable Throwable cause) {
        super(problem, at, cause);
    }
}
