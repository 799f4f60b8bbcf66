package dev.ferry.tools.run;

import dev.ferry.tools.cli.Console;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** What is said on stderr, in lines that begin with the program's name. */
final class Talk {

    private static final String PROGRAM = "ferry run: ";

    private final Console console;
    private volatile boolean timestamps;

    Talk(Console console) {
        this.console = console;
    }

    /** Whether lines begin with the time. */
    void timestamps(boolean on) {
        timestamps = on;
    }

    synchronized void say(String message) {
        String time = timestamps ? Instant.now().truncatedTo(ChronoUnit.MICROS) + " " : "";
        console.err().println(time + PROGRAM + message);
        console.err().flush();
    }
}
