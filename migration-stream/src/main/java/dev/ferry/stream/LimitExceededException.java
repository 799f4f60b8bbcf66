package dev.ferry.stream;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** Going on would need more than a stated limit (see {@link Limits}). */
public final class LimitExceededException extends StreamException {

    @Serial private static final long serialVersionUID = 1L;

    /** Says what would cost too much, and where. */
    public LimitExceededException(String problem, Place at) {
        this(problem, at, null);
    }

    /** As the other one, with what brought it about. */
    public LimitExceededException(String problem, Place at, @Nullable Throwable cause) {
        super(problem, at, cause);
    }
}
