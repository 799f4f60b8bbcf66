package dev.ferry.stream;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The other side of a migration said no; the message carries its words. */
public final class PeerException extends StreamException {

    @Serial private static final long serialVersionUID = 1L;

    /** Says what the other side said, and where. */
    public PeerException(String problem, Place at) {
        this(problem, at, null);
    }

    /** As the other one, with what brought it about. */
    public PeerException(String problem, Place at, @Nullable Throwable cause) {
        super(problem, at, cause);
    }
}
