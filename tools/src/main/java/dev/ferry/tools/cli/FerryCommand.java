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

    private static final String NAME = "ferry";

    private FerryCommand() {}

    /** Runs a command line and returns its exit code; all that goes wrong is said on stderr. */
    public static int run(String[] args, Console console) {
        int code = verb(args, console);
        console.out().flush();
        return code;
    }

    private static int verb(String[] args, Console console) {
        if (args.length > 0 && (args[0].equals("-V") || args[0].equals("--version"))) {
            console.out().println("ferry " + Version.NUMBER);
            return ExitCode.OK.code();
        }
        return verb(NAME, Verbs.ALL, args, console);
    }

    /**
     * @param name the words before
     */
    private static int verb(String name, VerbGroup group, String[] args, Console console) {
        if (args.length == 0) {
            usage(tree(name, group), console, false);
            return ExitCode.USAGE.code();
        }
        String first = args[0];
        String[] rest = Arrays.copyOfRange(args, 1, args.length);
        switch (first) {
            case "help" -> {
                return help(name, group, rest, console).code();
            }
            case "-h", "--help" -> {
                return help(name, group, new String[0], console).code();
            }
            default -> {}
        }
        // No switch over types: the JDK makes each by a method handle at its first use.
        Command command = group.named(first);
        if (command instanceof VerbGroup inner) {
            return verb(name + " " + first, inner, rest, console);
        }
        if (command instanceof ForeignVerb foreign) {
            return run(name + " " + first, foreign, rest, console);
        }
        return (command instanceof Verb verb
                        ? run(name + " " + first, verb, rest, console)
                        : unknown(name, group, first, console))
                .code();
    }

    private static int run(String name, ForeignVerb verb, String[] args, Console console) {
        try {
            int status = verb.run(args, console);
            if (status != ForeignVerb.HELP) {
                return status;
            }
            usage(commandLine(name, verb.spec()), console, true);
            return ExitCode.OK.code();
        } catch (IOException | RuntimeException | OutOfMemoryError | StackOverflowError e) {
            return Failure.report(e, Arrays.asList(args).contains("--debug"), console).code();
        }
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
            console.err().println("Try '" + name + " --help'.");
            return ExitCode.USAGE;
        } catch (IOException | RuntimeException | OutOfMemoryError | StackOverflowError e) {
            return Failure.report(e, debug, console);
        }
    }

    private static CommandLine commandLine(String name, CommandSpec spec) {
        spec.qualifiedName();
        CommandLine line = new CommandLine(spec.name(name));
        line.setUsageHelpWidth(100);
        return line;
    }

    private static ExitCode help(String name, VerbGroup group, String[] words, Console console) {
        if (words.length == 0) {
            usage(tree(name, group), console, true);
            return ExitCode.OK;
        }
        String first = words[0];
        String[] rest = Arrays.copyOfRange(words, 1, words.length);
        Command command = group.named(first);
        if (command instanceof VerbGroup inner) {
            return help(name + " " + first, inner, rest, console);
        }
        if (command == null) {
            return unknown(name, group, first, console);
        }
        usage(commandLine(name + " " + first, command.spec()), console, true);
        return ExitCode.OK;
    }

    /** All verbs under one command: for help, suggestions and completion. */
    static CommandLine root() {
        return tree(NAME, Verbs.ALL);
    }

    private static CommandLine tree(String name, VerbGroup group) {
        return commandLine(name, withVerbs(group));
    }

    private static CommandSpec withVerbs(VerbGroup group) {
        CommandSpec spec = group.spec();
        for (String name : group.names()) {
            Command command = group.named(name);
            if (command instanceof VerbGroup inner) {
                spec.addSubcommand(name, withVerbs(inner).name(name));
            } else if (command != null) {
                spec.addSubcommand(name, command.spec().name(name));
            }
        }
        return spec;
    }

    private static void usage(CommandLine line, Console console, boolean wanted) {
        boolean colour = wanted && console.terminal().colour();
        PrintWriter text =
                new PrintWriter(
                        wanted ? console.out() : console.err(), false, StandardCharsets.UTF_8);
        line.usage(text, colour ? Ansi.ON : Ansi.OFF);
        text.flush();
    }

    private static ExitCode unknown(String name, VerbGroup group, String word, Console console) {
        String suggestion = suggestion(tree(name, group), word);
        console.say(
                (word.startsWith("-") ? "unknown option: " : "unknown verb: ")
                        + (name + " " + word).substring(NAME.length() + 1)
                        + (suggestion == null ? "" : "; did you mean " + suggestion + "?"));
        console.err().println("Try '" + name + " --help'.");
        return ExitCode.USAGE;
    }

    private static @Nullable String suggestion(CommandLine line, String word) {
        try {
            line.parseArgs(word);
            return null;
        } catch (UnmatchedArgumentException e) {
            List<String> suggestions = e.getSuggestions();
            return suggestions.isEmpty() ? null : suggestions.getFirst();
        } catch (ParameterException e) {
            return null;
        }
    }
}
