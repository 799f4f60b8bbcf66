package dev.ferry.stream;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** Going on would need more than a stated limit (see {@link Limits}). */
public final class LimitExceededException extends StreamException {

    @Serial private static final long serialVersionUID = 1L;

    public LimitExceededException(String problem, Place at) {
        this(problem, at, null);
    }

    public LimitExceededException(String problem, Place at, @Nullable Throwable cause) {
        super(problem, at, cause);
    }
}
