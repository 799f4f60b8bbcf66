package dev.ferry.tools.extract;
import dev.ferry.tools.ExitCode;
import dev.ferry.tools.cli.*;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
public final class ExtractVerb implements Verb {
    public CommandSpec spec() { return Spec.of("extract","x").build(); }
    public ExitCode run(ParseResult options, Console console) { return ExitCode.OK; }
}
