package dev.ferry.tools.cli;

import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Completion for the fish shell, which the command line library does not write. One {@code
 * complete} line for each verb and option; see fish's complete(1).
 *
 * <p>Fish's own conditions look for a verb's name anywhere in the line, so they take {@code ferry
 * sev certs verify} for {@code ferry verify} too. These ask for the words in their places.
 */
final class FishCompletion {

    private static final String CONDITIONS =
            """
            # whether the words behind the command begin with these
            function __ferry_in
                set -l words (commandline -opc)
                for word in $argv
                    set -e words[1]
                    test (count $words) -gt 0
                    and test "$words[1]" = "$word"
                    or return 1
                end
            end
            # whether they are these, so that another verb comes next
            function __ferry_next
                __ferry_in $argv
                and test (count (commandline -opc)) -eq (math (count $argv) + 1)
            end
            """;

    private FishCompletion() {}

    static String script(CommandLine root) {
        StringBuilder script = new StringBuilder("# fish completion for ");
        script.append(root.getCommandName()).append('\n').append(CONDITIONS);
        group(script, root.getCommandName(), "", root);
        return script.toString();
    }

    /**
     * @param words the verbs that lead here, each behind a blank
     */
    private static void group(
            StringBuilder script, String command, String words, CommandLine line) {
        String next = "'__ferry_next" + words + "'";
        for (Map.Entry<String, CommandLine> verb : line.getSubcommands().entrySet()) {
            script.append("complete -c ").append(command);
            script.append(" -n ").append(next).append(" -f -a ").append(quote(verb.getKey()));
            script.append(" -d ").append(quote(description(verb.getValue()))).append('\n');
        }
        options(script, command, next, line);
        for (Map.Entry<String, CommandLine> verb : line.getSubcommands().entrySet()) {
            String inner = words + " " + verb.getKey();
            if (verb.getValue().getSubcommands().isEmpty()) {
                options(script, command, "'__ferry_in" + inner + "'", verb.getValue());
            } else {
                group(script, command, inner, verb.getValue());
            }
        }
    }

    private static void options(
            StringBuilder script, String command, String condition, CommandLine line) {
        for (OptionSpec option : line.getCommandSpec().options()) {
            script.append("complete -c ").append(command).append(" -n ").append(condition);
            for (String name : option.names()) {
                String kind = name.length() > 2 ? " -o " : " -s ";
                script.append(name.startsWith("--") ? " -l " : kind);
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
