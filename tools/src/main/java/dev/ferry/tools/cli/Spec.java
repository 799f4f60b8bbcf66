package dev.ferry.tools.cli;

import dev.ferry.tools.ExitCode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * Builds the description of a verb. Made by hand rather than from annotations, which the parser
 * would have to look for in classes, fields and methods at every start.
 */
public final class Spec {

    private final CommandSpec command = CommandSpec.create();

    private Spec(String name, String description) {
        command.name(name);
        UsageMessageSpec usage = command.usageMessage();
        usage.description(description);
        usage.abbreviateSynopsis(false);
        usage.sortOptions(false);
        usage.sortSynopsis(false);
        usage.optionListHeading("%nOptions:%n");
        usage.parameterListHeading("%n");
        usage.exitCodeListHeading("%nExit codes:%n");
        usage.exitCodeList(exitCodes());
    }

    /** A verb with its purpose, without a full stop. */
    public static Spec of(String name, String description) {
        return new Spec(name, description);
    }

    /** What stands before several verbs, with their common purpose. */
    public static Spec group(String name, String description) {
        Spec spec = new Spec(name, description);
        spec.command.usageMessage().synopsisSubcommandLabel("VERB");
        spec.command.usageMessage().commandListHeading("%nVerbs:%n");
        return spec;
    }

    private static Map<String, String> exitCodes() {
        Map<String, String> codes = new LinkedHashMap<>();
        for (ExitCode code : ExitCode.values()) {
            codes.put(Integer.toString(code.code()), code.meaning());
        }
        return codes;
    }

    /** A switch. */
    public Spec flag(String name, String description) {
        command.addOption(
                OptionSpec.builder(name.split(" ", -1))
                        .type(boolean.class)
                        .description(description)
                        .build());
        return this;
    }

    /** An option with one value. */
    public Spec option(String name, String label, String description) {
        command.addOption(
                OptionSpec.builder(name.split(" ", -1))
                        .type(String.class)
                        .paramLabel(label)
                        .description(description)
                        .build());
        return this;
    }

    /** Has the line of usage say "options" where there are too many to list. */
    public Spec manyOptions() {
        command.usageMessage().abbreviateSynopsis(true);
        return this;
    }

    /** An option with one value or none, which then is empty. */
    public Spec optional(String name, String label, String description) {
        command.addOption(
                OptionSpec.builder(name)
                        .type(String.class)
                        .arity("0..1")
                        .fallbackValue("")
                        .paramLabel(label)
                        .description(description)
                        .build());
        return this;
    }

    /** An option that may come more than once. */
    public Spec repeated(String name, String label, String description) {
        command.addOption(
                OptionSpec.builder(name.split(" ", -1))
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .paramLabel(label)
                        .description(description)
                        .build());
        return this;
    }

    /** The words that are no options. */
    public Spec parameters(String label, String arity, String description) {
        command.addPositional(
                PositionalParamSpec.builder()
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .arity(arity)
                        .paramLabel(label)
                        .description(description)
                        .build());
        return this;
    }

    /** Command lines worth copying, each with a remark behind it. */
    public Spec examples(String... lines) {
        String[] footer = new String[lines.length + 1];
        footer[0] = "Examples:";
        for (int i = 0; i < lines.length; i++) {
            footer[i + 1] = "  " + lines[i];
        }
        command.usageMessage().footerHeading("%n");
        command.usageMessage().footer(footer);
        return this;
    }

    /** One line at the end. */
    public Spec remark(String line) {
        command.usageMessage().footerHeading("%n");
        command.usageMessage().footer(line);
        return this;
    }

    /** Adds what every verb has. */
    public CommandSpec build() {
        flag("--debug", "With an error, show where in the program it arose.");
        command.addOption(
                OptionSpec.builder("-h", "--help")
                        .type(boolean.class)
                        .usageHelp(true)
                        .description("Show this.")
                        .build());
        return command;
    }
}
