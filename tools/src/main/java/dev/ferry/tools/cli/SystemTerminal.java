package dev.ferry.tools.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The process's own streams. Java tells only whether input and output both are terminals, so Linux
 * is asked what the descriptors are; that costs microseconds, where a call of {@code isatty} from
 * Java would cost a good part of the start-up time.
 */
public final class SystemTerminal implements Terminal {

    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    public SystemTerminal() {}

    @Override
    public boolean output() {
        return isTerminal("1");
    }

    @Override
    public boolean errors() {
        return isTerminal("2");
    }

    /** See no-color.org. */
    @Override
    public boolean colour() {
        String no = System.getenv("NO_COLOR");
        return (no == null || no.isEmpty()) && !"dumb".equals(System.getenv("TERM")) && output();
    }

    @SuppressWarnings(
            "SystemConsoleNull") // null is allowed, and what -Djdk.console=java.base gives
    private static boolean isTerminal(String descriptor) {
        Path link = DESCRIPTORS.resolve(descriptor);
        try {
            String target = Files.readSymbolicLink(link).toString();
            return target.startsWith("/dev/pts/")
                    || target.startsWith("/dev/tty")
                    || target.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException e) {
            java.io.Console console = System.console();
            return console != null && console.isTerminal();
        }
    }
}
