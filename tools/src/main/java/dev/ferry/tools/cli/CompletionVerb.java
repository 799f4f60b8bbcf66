package dev.ferry.tools.cli;

import dev.ferry.tools.ExitCode;
import java.io.IOException;
import java.util.List;
import picocli.AutoComplete;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code ferry completion}: scripts that complete command lines in a shell. */
final class CompletionVerb implements Verb {

    @Override
    public CommandSpec spec() {
        return Spec.of("completion", "Prints a script that completes ferry's command lines.")
                .parameters("SHELL", "0..*", "bash, zsh or fish.")
                .examples(
                        "source <(ferry completion bash)          in ~/.bashrc",
                        "source <(ferry completion zsh)           in ~/.zshrc, behind compinit",
                        "ferry completion fish > ~/.config/fish/completions/ferry.fish")
                .build();
    }

    @Override
    public ExitCode run(ParseResult options, Console console) throws IOException {
        List<String> shells = options.matchedPositionalValue(0, List.of());
        if (shells.size() != 1) {
            throw new UsageException("expected one shell: bash, zsh or fish");
        }
        switch (shells.getFirst()) {
            // The script for bash turns on bash's completion functions in zsh by itself.
            case "bash", "zsh" ->
                    console.out().println(AutoComplete.bash("ferry", FerryCommand.root()));
            case "fish" -> console.out().print(FishCompletion.script(FerryCommand.root()));
            default ->
                    throw new UsageException(
                            "unknown shell '" + shells.getFirst() + "': bash, zsh or fish");
        }
        return ExitCode.OK;
    }
}
