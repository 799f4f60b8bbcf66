package dev.ferry.tools.cli;

import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Completion for the fish shell, which the command line library does not write. One {@code
 * complete} line for each verb and option; see fish's complete(1).
 */
final class FishCompletion {

    private FishCompletion() {}

    static String script(CommandLine root) {
        String command = root.getCommandName();
        StringBuilder script = new StringBuilder("# fish completion for ").append(command);
        script.append("\n");
        for (Map.Entry<String, CommandLine> verb : root.getSubcommands().entrySet()) {
            script.append("complete -c ").append(command);
            script.append(" -n __fish_use_subcommand -f -a ").append(quote(verb.getKey()));
            script.append(" -d ").append(quote(description(verb.getValue()))).append('\n');
        }
        options(script, command, "__fish_use_subcommand", root);
        for (Map.Entry<String, CommandLine> verb : root.getSubcommands().entrySet()) {
            String condition = "'__fish_seen_subcommand_from " + verb.getKey() + "'";
            options(script, command, condition, verb.getValue());
        }
        return script.toString();
    }

    private static void options(
            StringBuilder script, String command, String condition, CommandLine line) {
        for (OptionSpec option : line.getCommandSpec().options()) {
            script.append("complete -c ").append(command).append(" -n ").append(condition);
            for (String name : option.names()) {
                script.append(name.startsWith("--") ? " -l " : " -s ");
                script.append(name.replaceFirst("^-+", ""));
            }
            if (option.arity().min() > 0) {
                // A value must follow; file names are offered where the value is one.
                script.append(option.paramLabel().contains("FILE") ? " -r -F" : " -x");
            }
            String[] description = option.description();
            if (description.length > 0) {
                script.append(" -d ").append(quote(description[0]));
            }
            script.append('\n');
        }
    }

    private static String description(CommandLine line) {
        String[] description = line.getCommandSpec().usageMessage().description();
        return description.length == 0 ? "" : description[0];
    }

    private static String quote(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
