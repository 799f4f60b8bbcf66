package dev.ferry.testdata.qemu;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** QEMU ended while something was expected of it. */
final class QemuGoneException extends IOException {
    private static final long serialVersionUID = 1;

    QemuGoneException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
