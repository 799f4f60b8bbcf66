package dev.ferry.tools.cli;

import dev.ferry.tools.ExitCode;
import java.io.IOException;
import picocli.CommandLine.ParseResult;

/** One verb of the command. Made only when it is asked for. */
public non-sealed interface Verb extends Command {

    /**
     * Does it.
     *
     * @throws UsageException if the options do not go together
     * @throws IOException if it cannot be done
     */
    ExitCode run(ParseResult options, Console console) throws IOException;
}
