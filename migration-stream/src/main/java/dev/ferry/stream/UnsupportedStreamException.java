package dev.ferry.stream;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** Valid, but not for us: a version, a feature, or something needed that was not given. */
public final class UnsupportedStreamException extends StreamException {

    @Serial private static final long serialVersionUID = 1L;

    /** Says what is not supported and what would be, and where. */
    public UnsupportedStreamException(String problem, Place at) {
        this(problem, at, null);
    }

    /** As the other one, with what brought it about. */
    public UnsupportedStreamException(String problem, Place at, @Nullable Throwable cause) {
        super(problem, at, cause);
    }
}
