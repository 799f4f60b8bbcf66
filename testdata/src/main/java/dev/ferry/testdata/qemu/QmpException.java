package dev.ferry.testdata.qemu;

import java.io.IOException;

/** QEMU answered a command with an error. */
public final class QmpException extends IOException {
    private static final long serialVersionUID = 1;

    private final String errorClass;
    private final String description;

    QmpException(String command, String errorClass, String description) {
        super(command + ": " + description + " (" + errorClass + ")");
        this.errorClass = errorClass;
        this.description = description;
    }

    /** QMP's class of the error, nearly always {@code GenericError}. */
    public String errorClass() {
        return errorClass;
    }

    /** QEMU's sentence. */
    public String description() {
        return description;
    }
}
