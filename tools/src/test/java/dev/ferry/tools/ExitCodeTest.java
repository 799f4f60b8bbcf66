package dev.ferry.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ferry.stream.LimitExceededException;
import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.PeerException;
import dev.ferry.stream.Place;
import dev.ferry.stream.TruncatedStreamException;
import dev.ferry.stream.UnsupportedStreamException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class ExitCodeTest {

    private static final Place AT = new Place("x", 0, "");

    @Test
    void numbersAreAPromise() {
        int expected = 0;
        for (ExitCode code : ExitCode.values()) {
            assertEquals(expected++, code.code());
        }
        assertEquals(7, expected);
    }

    @Test
    void failureHasTheCodeOfItsKind() {
        assertEquals(ExitCode.MALFORMED, ExitCode.of(new MalformedStreamException("", AT)));
        assertEquals(ExitCode.MALFORMED, ExitCode.of(new TruncatedStreamException("", AT, 1)));
        assertEquals(ExitCode.MALFORMED, ExitCode.of(new LimitExceededException("", AT)));
        assertEquals(ExitCode.UNSUPPORTED, ExitCode.of(new UnsupportedStreamException("", AT)));
        assertEquals(ExitCode.PEER, ExitCode.of(new PeerException("", AT)));
        assertEquals(ExitCode.IO, ExitCode.of(new NoSuchFileException("x")));
    }
}
