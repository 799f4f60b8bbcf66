package dev.ferry.tools.cli;

import dev.ferry.tools.ExitCode;
import dev.ferry.tools.Version;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code ferry VERB ...}: runs one command line. */
public final class FerryCommand {

    private FerryCommand() {}

    /** Runs a command line and returns its exit code; all that goes wrong is said on stderr. */
    public static int run(String[] args, Console console) {
        int code = verb(args, console).code();
        console.out().flush();
        return code;
    }

    private static ExitCode verb(String[] args, Console console) {
        if (args.length == 0) {
            usage(root(), console, false);
            return ExitCode.USAGE;
        }
        String first = args[0];
        switch (first) {
            case "-h", "--help", "help" -> {
                return help(args, console);
            }
            case "-V", "--version" -> {
                console.out().println("ferry " + Version.NUMBER);
                return ExitCode.OK;
            }
            default -> {}
        }
        Verb verb = Verbs.named(first);
        if (verb == null) {
            return unknown(first, console);
        }
        String[] rest = Arrays.copyOfRange(args, 1, args.length);
        return run(first, verb, rest, console);
    }

    private static ExitCode run(String name, Verb verb, String[] args, Console console) {
        CommandLine line = commandLine(name, verb.spec());
        boolean debug = false;
        try {
            ParseResult options = line.parseArgs(args);
            debug = options.hasMatchedOption("--debug");
            if (options.isUsageHelpRequested()) {
                usage(line, console, true);
                return ExitCode.OK;
            }
            return verb.run(options, console);
        } catch (ParameterException | UsageException e) {
            Failure.report(e, debug, console);
            console.err().println("Try 'ferry " + name + " --help'.");
            return ExitCode.USAGE;
        } catch (IOException | RuntimeException | OutOfMemoryError | StackOverflowError e) {
            return Failure.report(e, debug, console);
        }
    }

    private static CommandLine commandLine(String name, CommandSpec spec) {
        spec.qualifiedName();
        CommandLine line = new CommandLine(spec.name("ferry " + name));
        line.setUsageHelpWidth(100);
        return line;
    }

    private static ExitCode help(String[] args, Console console) {
        String name = args.length > 1 ? args[1] : null;
        if (name == null) {
            usage(root(), console, true);
            return ExitCode.OK;
        }
        Verb verb = Verbs.named(name);
        if (verb == null) {
            return unknown(name, console);
        }
        usage(commandLine(name, verb.spec()), console, true);
        return ExitCode.OK;
    }

    /** All verbs under one command: for help, suggestions and completion. */
    static CommandLine root() {
        Spec spec = Spec.of("ferry", "Reads and checks QEMU migration streams.");
        CommandSpec root = spec.build();
        root.usageMessage().synopsisSubcommandLabel("VERB");
        root.usageMessage().commandListHeading("%nVerbs:%n");
        root.usageMessage().footerHeading("%n");
        root.usageMessage().footer("'ferry VERB --help' tells more, with examples.");
        for (String name : Verbs.NAMES) {
            Verb verb = Verbs.named(name);
            if (verb != null) {
                root.addSubcommand(name, verb.spec().name(name));
            }
        }
        CommandLine line = new CommandLine(root);
        line.setUsageHelpWidth(100);
        return line;
    }

    private static void usage(CommandLine line, Console console, boolean wanted) {
        boolean colour = wanted && console.terminal().colour();
        PrintWriter text =
                new PrintWriter(
                        wanted ? console.out() : console.err(), false, StandardCharsets.UTF_8);
        line.usage(text, colour ? Ansi.ON : Ansi.OFF);
        text.flush();
    }

    private static ExitCode unknown(String name, Console console) {
        String suggestion = suggestion(name);
        console.say(
                (name.startsWith("-") ? "unknown option: " : "unknown verb: ")
                        + name
                        + (suggestion == null ? "" : "; did you mean " + suggestion + "?"));
        console.err().println("Try 'ferry --help'.");
        return ExitCode.USAGE;
    }

    private static @Nullable String suggestion(String name) {
        try {
            root().parseArgs(name);
            return null;
        } catch (UnmatchedArgumentException e) {
            List<String> suggestions = e.getSuggestions();
            return suggestions.isEmpty() ? null : suggestions.getFirst();
        } catch (ParameterException e) {
            return null;
        }
    }
}
