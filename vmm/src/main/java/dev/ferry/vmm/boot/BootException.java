package dev.ferry.vmm.boot;

import java.io.IOException;
import java.io.Serial;

/** A file is not what a machine can be started from. */
public final class BootException extends IOException {

    @Serial private static final long serialVersionUID = 1L;

    BootException(String message) {
        super(message);
    }
}
