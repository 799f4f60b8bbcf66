package dev.ferry.tools.cli;

import java.io.InputStream;
import java.io.PrintStream;

/**
 * Where a command reads and writes.
 *
 * @param in standard input
 * @param out the result; whoever writes to it flushes it before writing elsewhere matters
 * @param err messages and progress
 * @param terminal which of them a person sits at
 */
public record Console(InputStream in, PrintStream out, PrintStream err, Terminal terminal) {

    /** Says something in one line. */
    public void say(String message) {
        out.flush();
        err.println("ferry: " + message);
    }
}
