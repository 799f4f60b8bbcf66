package dev.ferry.tools.verify;
import dev.ferry.tools.ExitCode;
import dev.ferry.tools.cli.*;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
public final class VerifyVerb implements Verb {
    public CommandSpec spec() { return Spec.of("verify","x").build(); }
    public ExitCode run(ParseResult options, Console console) { return ExitCode.OK; }
}
