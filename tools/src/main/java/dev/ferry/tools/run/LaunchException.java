package dev.ferry.tools.run;

import dev.ferry.tools.ExitCode;
import java.io.Serial;

/** A command line that no machine comes of: what is wrong, in QEMU's words where it has any. */
final class LaunchException extends RuntimeException {

    @Serial private static final long serialVersionUID = 1L;

    private final ExitCode code;

    LaunchException(String message) {
        this(message, ExitCode.USAGE);
    }

    LaunchException(String message, ExitCode code) {
        super(message);
        this.code = code;
    }

    ExitCode code() {
        return code;
    }
}
