package dev.ferry.stream;

import java.io.IOException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Something is wrong with a migration stream, or with us reading it.
 *
 * <p>The message is whole: what was being read, what was expected, what was found, and {@linkplain
 * #at() where}. {@link #problem()} is the same without the place.
 */
public abstract sealed class StreamException extends IOException
        permits LimitExceededException,
                MalformedStreamException,
                PeerException,
                TruncatedStreamException,
                UnsupportedStreamException {

    @Serial private static final long serialVersionUID = 1L;

    private final transient Place at;
    private final String problem;

    StreamException(String problem, Place at, @Nullable Throwable cause) {
        super(problem + " (" + at + ")", cause);
        this.problem = problem;
        this.at = at;
    }

    /** Where it happened. */
    public final Place at() {
        return at;
    }

    /** What happened, without the place. */
    public final String problem() {
        return problem;
    }
}
