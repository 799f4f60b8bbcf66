package dev.ferry.tools;

import java.io.IOException;

/** Entry point of the {@code ferry} command. */
public final class Main {

    private Main() {}

    /** Runs one command and ends the JVM with its {@link ExitCode}. */
    public static void main(String[] args) {
        // Before any other class is loaded: scripts ask this to see whether the command is there.
        if (args.length == 1 && args[0].equals("--version")) {
            System.out.println("ferry " + Version.NUMBER);
            return;
        }
        StandardOutput.install();
        int code = run(args);
        if (code != 0) {
            System.exit(code);
        }
    }

    /** Runs one command in this JVM and returns its exit code. */
    static int run(String[] args) {
        try {
            int code =
                    FerryCommand.create()
                            .setExecutionExceptionHandler((e, command, parsed) -> report(e))
                            .execute(args);
            System.out.flush();
            return code;
        } catch (StandardOutputError e) {
            if (!e.readerGone()) {
                System.err.println("ferry: " + e.getMessage());
            }
            return ExitCode.IO.code();
        }
    }

    /** Says what went wrong in one line; only a fault of ours has a stack trace. */
    private static int report(Exception e) {
        if (e instanceof IOException) {
            System.err.println("ferry: " + e.getMessage());
        } else {
            e.printStackTrace();
        }
        return ExitCode.of(e).code();
    }
}
