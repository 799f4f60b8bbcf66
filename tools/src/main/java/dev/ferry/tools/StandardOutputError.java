package dev.ferry.tools;

import java.io.IOError;
import java.io.IOException;

/**
 * Standard output took no more.
 *
 * <p>An error because everything on the way swallows exceptions: {@link java.io.PrintStream} those
 * for I/O, the command line parser all. A command whose reader has gone should end rather than work
 * on.
 */
public final class StandardOutputError extends IOError {

    private static final long serialVersionUID = 1;

    private final boolean readerGone;

    StandardOutputError(IOException cause) {
        super(cause);
        this.readerGone = "Broken pipe".equals(cause.getMessage());
    }

    @Override
    public String getMessage() {
        return "standard output: " + (getCause() == null ? "" : getCause().getMessage());
    }

    /**
     * Whether the other end of the pipe was closed, as {@code head} does when it has seen enough.
     * There is nothing to tell the user then.
     */
    public boolean readerGone() {
        return readerGone;
    }
}
