package dev.ferry.testdata.qemu;

import java.io.IOException;

/** QEMU did not load what it was given; the message has its words. */
public final class LoadFailedException extends IOException {
    private static final long serialVersionUID = 1;

    LoadFailedException(String message) {
        super(message);
    }
}
