package dev.ferry.tools.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.tools.ExitCode;
import dev.ferry.tools.Ferry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UsageTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    inspct x                             | unknown verb: inspct; did you mean inspect?
                    --jsn                                | unknown option: --jsn
                    inspect                              | no input is named
                    inspect --jsn x                      | Unknown option: '--jsn'
                    inspect x --page-size 4095           | --page-size: expected a power of two
                    inspect x --page-size 128            | --page-size: expected a power of two
                    inspect x --page-size many           | --page-size: expected a power of two
                    inspect x --channel                  | Missing required parameter for option '--channel'
                    inspect a b --channel c              | --channel and --reverse belong to one input
                    inspect - --channel -                | standard input ('-') can be named only once
                    verify                               | expected one input, found 0
                    verify a b                           | expected one input, found 2
                    extract x                            | nothing to extract is named
                    extract --block a                    | expected one input, found 0
                    extract x --block a --description    | --block and --description exclude each other
                    extract x --block a --raw            | --raw goes with --device only
                    extract x --physical 0               | --physical: expected START+LENGTH
                    extract x --physical 0+0             | --physical: expected START+LENGTH
                    extract x --physical 0x7fffffffffffffff+1 | --physical: expected START+LENGTH
                    extract x --physical z+1             | --physical: expected START+LENGTH
                    completion                           | expected one shell
                    completion tcsh                      | unknown shell 'tcsh'
                    help inspct                          | unknown verb: inspct
                    """)
    void wrongUsageIsSaidInOneLine(String line, String message) {
        Ferry.Result result = Ferry.run(line.strip().split(" +", -1));
        assertAll(
                () -> assertEquals(2, result.code()),
                () -> assertEquals("", result.out()),
                () -> assertTrue(result.err().startsWith("ferry: " + message), result::err),
                () -> assertTrue(result.err().contains("\nTry 'ferry "), result::err),
                () -> assertEquals(2, result.err().lines().count(), result::err));
    }

    @Test
    void noVerbShowsTheVerbsAndFails() {
        Ferry.Result result = Ferry.run();
        assertEquals(2, result.code());
        assertEquals("", result.out());
        assertTrue(result.err().contains("Verbs:\n  inspect"), result::err);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "-h", "help"})
    void helpListsVerbsAndExitCodes(String option) {
        Ferry.Result result = Ferry.run(option);
        assertEquals(0, result.code());
        for (String verb : Verbs.NAMES) {
            assertTrue(result.out().contains("\n  " + verb + " "), result::out);
        }
        for (ExitCode code : ExitCode.values()) {
            assertTrue(result.out().contains(code.code() + "   " + code.meaning()), result::out);
        }
        assertEquals("", result.err());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"inspect", "verify", "extract", "convert", "diff", "edit", "completion"})
    void everyVerbHasHelpWithExamplesAndExitCodes(String verb) {
        Ferry.Result result = Ferry.run(verb, "--help");
        assertEquals(0, result.code());
        assertTrue(result.out().startsWith("Usage: ferry " + verb + " "), result::out);
        assertTrue(result.out().contains("Examples:"), result::out);
        assertTrue(result.out().contains("3   malformed or truncated input"), result::out);
        assertEquals(result.out(), Ferry.run("help", verb).out());
    }

    @Test
    void noVerbOfLaterWorkIsListed() {
        String help = Ferry.run("--help").out();
        for (String verb : new String[] {"report", "send", "sev"}) {
            assertEquals(2, Ferry.run(verb).code(), verb);
            assertTrue(!help.contains("\n  " + verb + " "), help);
        }
    }

    @Test
    void versionIsPrinted() {
        Ferry.Result result = Ferry.run("--version");
        assertEquals(0, result.code());
        assertTrue(result.out().matches("ferry [0-9]+\\.[0-9]+\\.[0-9]+.*\\R"), result::out);
    }
}
