package dev.ferry.tools;

import dev.ferry.stream.LimitExceededException;
import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.PeerException;
import dev.ferry.stream.TruncatedStreamException;
import dev.ferry.stream.UnsupportedStreamException;

/** What the command's exit status tells a script. The numbers are a promise. */
public enum ExitCode {
    OK(0, "fine"),
    FINDINGS(1, "differences or findings"),
    USAGE(2, "wrong usage"),
    MALFORMED(3, "malformed or truncated input"),
    UNSUPPORTED(4, "valid but not supported, or something needed is missing"),
    IO(5, "I/O or environment"),
    PEER(6, "the peer refused or failed");

    private final int code;
    private final String meaning;

    ExitCode(int code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }

    public int code() {
        return code;
    }

    /** A few words, as the help lists them. */
    public String meaning() {
        return meaning;
    }

    /** The code for a command that ended with {@code failure}. */
    public static ExitCode of(Throwable failure) {
        if (failure instanceof MalformedStreamException
                || failure instanceof TruncatedStreamException
                || failure instanceof LimitExceededException) {
            return MALFORMED;
        }
        if (failure instanceof UnsupportedStreamException) {
            return UNSUPPORTED;
        }
        return failure instanceof PeerException ? PEER : IO;
    }
}
