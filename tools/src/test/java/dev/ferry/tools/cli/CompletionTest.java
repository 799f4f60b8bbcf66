package dev.ferry.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ferry.tools.Ferry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CompletionTest {

    @TempDir Path directory;

    @ParameterizedTest
    @CsvSource({
        "ins,inspect",
        "v,verify",
        "inspect --dig,--digest",
        "run --fr,--from",
        "run -mach,-machine",
        "extract --phy,--physical",
        "se,sev",
        "sev c,certs",
        "sev certs v,verify",
        "sev certs verify --ark,--ark-sha384",
        "sev session open --sho,--show-keys"
    })
    void bashCompletesVerbsAndOptions(String line, String expected)
            throws IOException, InterruptedException {
        Path script =
                Files.writeString(
                        directory.resolve("ferry.bash"), Ferry.run("completion", "bash").out());
        Process bash =
                new ProcessBuilder(
                                "bash",
                                "--norc",
                                "-c",
                                "source \"$1\"; COMP_WORDS=(ferry $2);"
                                        + " COMP_CWORD=$((${#COMP_WORDS[@]} - 1));"
                                        + " _complete_ferry; printf '%s\\n' \"${COMPREPLY[@]}\"",
                                "bash",
                                script.toString(),
                                line)
                        .redirectErrorStream(true)
                        .start();
        String out = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        bash.waitFor();
        assertTrue(out.lines().anyMatch(expected::equals), out);
    }

    @Test
    void zshScriptIsTheOneForBashThatTurnsOnItsFunctions() {
        Ferry.Result zsh = Ferry.run("completion", "zsh");
        assertEquals(0, zsh.code());
        assertTrue(zsh.out().contains("bashcompinit"), zsh::out);
        assertEquals(Ferry.run("completion", "bash").out(), zsh.out());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "complete -c ferry -n '__ferry_next' -f -a 'inspect' -d 'Shows what",
                "complete -c ferry -n '__ferry_in inspect' -l json -d ",
                "complete -c ferry -n '__ferry_in inspect' -l channel -r -F -d ",
                "complete -c ferry -n '__ferry_in verify' -l page-size -x -d ",
                "complete -c ferry -n '__ferry_in extract' -s o -l output -r -F",
                "complete -c ferry -n '__ferry_in run' -l from -r -F -d ",
                "complete -c ferry -n '__ferry_in run' -o machine -s M -x -d ",
                "complete -c ferry -n '__ferry_next' -s h -l help -d ",
                "complete -c ferry -n '__ferry_next sev' -f -a 'certs' -d 'Certificates",
                "complete -c ferry -n '__ferry_next sev certs' -f -a 'verify' -d 'Verifies",
                "complete -c ferry -n '__ferry_in sev certs verify' -l ark-sha384 -x -d "
            })
    void fishScriptHasALineForEachVerbAndOption(String beginning) {
        List<String> lines = Ferry.run("completion", "fish").out().lines().toList();
        assertTrue(lines.stream().anyMatch(l -> l.startsWith(beginning)), lines::toString);
    }

    /** In a real shell, where there is one. */
    @ParameterizedTest
    @CsvSource({
        "'ferry se', sev",
        "'ferry sev ', 'certs decrypt measure platform session'",
        "'ferry sev certs ', 'show verify'",
        "'ferry sev certs verify --a', --ark-sha384",
        "'ferry verify --a', --against",
        "'ferry inspect x --dig', --digest",
        "'ferry sev session open --s', '--schema --sev-key --show-keys'"
    })
    void fishCompletesVerbsAndOptions(String line, String expected)
            throws IOException, InterruptedException {
        assumeTrue(installed("fish"), "fish is not installed");
        Path script =
                Files.writeString(
                        directory.resolve("ferry.fish"), Ferry.run("completion", "fish").out());
        Process fish =
                new ProcessBuilder(
                                "fish",
                                "--no-config",
                                "-c",
                                "source $argv[1]; complete -C $argv[2]",
                                script.toString(),
                                line)
                        .directory(Files.createDirectory(directory.resolve("empty")).toFile())
                        .redirectErrorStream(true)
                        .start();
        String out = new String(fish.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        fish.waitFor();
        List<String> offered =
                out.lines().map(offer -> offer.replaceFirst("\t.*", "")).sorted().toList();
        assertEquals(List.of(expected.split(" ", -1)), offered, out);
    }

    private static boolean installed(String program) {
        return Arrays.stream(System.getenv("PATH").split(":", -1))
                .anyMatch(place -> Files.isExecutable(Path.of(place, program)));
    }

    @Test
    void fishScriptQuotesDescriptions() {
        for (String line : Ferry.run("completion", "fish").out().lines().toList()) {
            if (!line.startsWith("complete ")) {
                continue;
            }
            String unescaped = line.replace("\\\\", "").replace("\\'", "");
            assertEquals(0, unescaped.chars().filter(c -> c == '\'').count() % 2, line);
        }
    }
}
