package dev.ferry.sev.packet;

import dev.ferry.sev.SevException;

/** A packet of a batch that was refused: the first one. */
public final class BadPacketException extends SevException {
    private static final long serialVersionUID = 1L;

    private final int index;

    BadPacketException(int index, SevException cause) {
        super(cause.status(), "packet " + index + " of the batch: " + cause.getMessage(), cause);
        this.index = index;
    }

    /** Which one, counted from 0. */
    public int index() {
        return index;
    }
}
