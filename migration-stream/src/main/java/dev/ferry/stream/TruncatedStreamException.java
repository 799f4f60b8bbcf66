package dev.ferry.stream;

import java.io.Serial;

/** The input ends too early. */
public final class TruncatedStreamException extends StreamException {

    @Serial private static final long serialVersionUID = 1L;

    private final long missing;

    /**
     * @param missing how many more bytes what was being read needs, at least
     */
    public TruncatedStreamException(String problem, Place at, long missing) {
        super(problem, at, null);
        this.missing = missing;
    }

    /** How many more bytes were needed, at least. */
    public long missing() {
        return missing;
    }
}
