package dev.ferry.stream;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** Valid, but not for us: a version, a feature, or something needed that was not given. */
public final class UnsupportedStreamException extends StreamException {

    @Serial private static final long serialVersionUID = 1L;

    public UnsupportedStreamException(String problem, Place at) {
        this(problem, at, null);
    }

    public UnsupportedStreamException(String problem, Place at, @Nullable Throwable cause) {
        super(problem, at, cause);
    }
}
