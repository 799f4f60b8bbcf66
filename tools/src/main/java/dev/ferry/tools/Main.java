package dev.ferry.tools;

import dev.ferry.tools.cli.Console;
import dev.ferry.tools.cli.FerryCommand;
import dev.ferry.tools.cli.SystemTerminal;
import java.io.FileDescriptor;
import java.io.FileInputStream;

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
            // Not System.in, which copies through a small buffer.
            FileInputStream in = new FileInputStream(FileDescriptor.in);
            return FerryCommand.run(
                    args, new Console(in, System.out, System.err, new SystemTerminal()));
        } catch (StandardOutputError e) {
            if (!e.readerGone()) {
                System.err.println("ferry: " + e.getMessage());
            }
            return ExitCode.IO.code();
        }
    }
}
