package dev.ferry.tools.cli;

import java.io.IOException;

/**
 * A verb with another program's command line: it reads its options itself, says itself what is
 * wrong with them, and its exit status may be any. {@link #spec} is for help and completion only.
 */
public non-sealed interface ForeignVerb extends Command {

    /** Returned when the help is asked for. */
    int HELP = -1;

    /**
     * Does it.
     *
     * @return the exit status, 0 to 255, or {@link #HELP}
     * @throws IOException if it cannot be done
     */
    int run(String[] args, Console console) throws IOException;
}
