package dev.ferry.tools;

import dev.ferry.tools.cli.Console;
import dev.ferry.tools.cli.FerryCommand;
import dev.ferry.tools.cli.Terminal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Runs the command in this JVM. */
public final class Ferry {

    /** What a command did. */
    @SuppressWarnings("ArrayRecordComponent") // results are looked into, not compared
    public record Result(int code, byte[] bytes, String err) {

        /** Standard output as text. */
        public String out() {
            return new String(bytes, StandardCharsets.UTF_8);
        }

        /** Standard output's and the messages' text, for failure messages. */
        @Override
        public String toString() {
            return "exit code " + code + "\n" + out() + err;
        }
    }

    private Ferry() {}

    public static Result run(String... args) {
        return run(new ByteArrayInputStream(new byte[0]), Terminal.NONE, args);
    }

    public static Result run(List<String> args) {
        return run(args.toArray(new String[0]));
    }

    public static Result run(InputStream in, Terminal terminal, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream text = new PrintStream(out, false, StandardCharsets.UTF_8);
        int code =
                FerryCommand.run(
                        args,
                        new Console(
                                in,
                                text,
                                new PrintStream(err, true, StandardCharsets.UTF_8),
                                terminal));
        return new Result(code, out.toByteArray(), err.toString(StandardCharsets.UTF_8));
    }
}
