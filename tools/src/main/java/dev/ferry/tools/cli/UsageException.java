package dev.ferry.tools.cli;

import java.io.Serial;

/** The user asked for something that cannot be, whatever the input's state. */
public final class UsageException extends RuntimeException {

    @Serial private static final long serialVersionUID = 1L;

    public UsageException(String message) {
        super(message);
    }
}
