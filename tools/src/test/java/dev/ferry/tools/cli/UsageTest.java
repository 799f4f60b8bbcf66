package dev.ferry.tools.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.tools.ExitCode;
import dev.ferry.tools.Ferry;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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
                    sev cert                             | unknown verb: sev cert; did you mean certs?
                    sev --jsn                            | unknown option: sev --jsn
                    sev certs vrify x                    | unknown verb: sev certs vrify; did you mean verify?
                    help sev cert                        | unknown verb: sev cert; did you mean certs?
                    sev help certs shw                   | unknown verb: sev certs shw; did you mean show?
                    sev certs show                       | no file is named
                    sev platform show                    | expected one platform file, found 0
                    sev platform export x                | nothing is asked for: --pdh, --chain or --amd
                    sev certs verify                     | no file is named
                    sev certs verify x --ark-sha384 12   | --ark-sha384: expected 48 bytes in hex or base64, found 1
                    sev session show                     | expected one file, found 0
                    sev session show a b                 | expected one file, found 2
                    sev session open x                   | --sev-key is missing
                    sev session open x --sev-key k       | --pdh is missing
                    sev session open x --sev-key k --pdh p | --policy is missing
                    sev session open x --sev-key k --pdh p --policy many | --policy: expected a number up to 0xffffffff
                    sev session open x --sev-key k --pdh p --policy 0x100000000 | --policy: expected a number
                    sev session open x --sev-key k --pdh p --policy -1 | --policy: expected a number
                    sev session open x --sev-key k --pdh p --policy 1 -o o | --output goes with --show-keys only
                    sev measure                          | --api is missing
                    sev measure --api 1                  | --api: expected MAJOR.MINOR
                    sev measure --api 1.x                | --api: expected a number up to 0xff
                    sev measure --api 1.51               | --build is missing
                    sev measure --api 1.51 --build 3     | --nonce is missing
                    sev measure x                        | Unmatched argument at index 0: 'x'
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
        for (String verb : Verbs.ALL.names()) {
            assertTrue(result.out().contains("\n  " + verb + " "), result::out);
        }
        for (ExitCode code : ExitCode.values()) {
            assertTrue(result.out().contains(code.code() + "   " + code.meaning()), result::out);
        }
        assertEquals("", result.err());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "inspect",
                "verify",
                "extract",
                "convert",
                "diff",
                "edit",
                "run",
                "sev",
                "sev certs",
                "sev certs show",
                "sev certs verify",
                "sev session",
                "sev session show",
                "sev session open",
                "sev decrypt",
                "sev measure",
                "sev platform",
                "sev platform create",
                "sev platform show",
                "sev platform export",
                "completion"
            })
    void everyVerbHasHelpWithExamplesAndExitCodes(String verb) {
        List<String> words = List.of(verb.split(" ", -1));
        Ferry.Result result = Ferry.run(with(words, words.size(), "--help"));
        assertEquals(0, result.code());
        assertTrue(result.out().startsWith("Usage: ferry " + verb + " "), result::out);
        assertTrue(result.out().contains("Examples:"), result::out);
        assertTrue(result.out().contains("3   malformed or truncated input"), result::out);
        for (int i = 0; i < words.size(); i++) {
            assertEquals(result.out(), Ferry.run(with(words, i, "help")).out());
        }
    }

    private static List<String> with(List<String> words, int at, String word) {
        List<String> all = new ArrayList<>(words);
        all.add(at, word);
        return all;
    }

    /** So that the list above is complete. */
    @Test
    void everyVerbIsNamedOnce() {
        assertEquals(List.of("certs", "session", "decrypt", "measure", "platform"), names("sev"));
        assertEquals(List.of("create", "show", "export"), names("sev", "platform"));
        assertEquals(List.of("show", "verify"), names("sev", "certs"));
        assertEquals(List.of("show", "open"), names("sev", "session"));
    }

    private static List<String> names(String... words) {
        VerbGroup group = Verbs.ALL;
        for (String word : words) {
            group = (VerbGroup) Objects.requireNonNull(group.named(word));
        }
        for (String name : group.names()) {
            assertTrue(group.named(name) != null, name);
        }
        return group.names();
    }

    @ParameterizedTest
    @ValueSource(strings = {"sev", "sev certs", "sev session", "sev platform"})
    void noVerbBehindAGroupShowsItsVerbsAndFails(String group) {
        Ferry.Result result = Ferry.run(group.split(" ", -1));
        assertEquals(2, result.code());
        assertEquals("", result.out());
        assertTrue(result.err().startsWith("Usage: ferry " + group + " "), result::err);
        assertTrue(result.err().contains("Verbs:\n  "), result::err);
    }

    @Test
    void noVerbOfLaterWorkIsListed() {
        String help = Ferry.run("--help").out();
        for (String verb : new String[] {"report", "send"}) {
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
