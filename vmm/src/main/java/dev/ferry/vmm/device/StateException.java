package dev.ferry.vmm.device;

import java.io.Serial;

/** State that a device cannot take over. The message names the field and the value. */
public final class StateException extends RuntimeException {
    @Serial private static final long serialVersionUID = 1L;

    /**
     * @param message what was expected and what was found
     */
    public StateException(String message) {
        super(message);
    }
}
