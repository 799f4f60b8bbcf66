package dev.ferry.vmm.chardev;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What the terminal on standard input was set to before it was set so that a guest gets every key.
 *
 * <p>Source: QEMU chardev/char-stdio.c, qemu_chr_set_echo_stdio.
 */
final class TerminalMode {

    private static final long PATIENCE_SECONDS = 5;

    private final String before;
    private boolean restored;

    private TerminalMode(String before) {
        this.before = before;
    }

    /**
     * Sets it.
     *
     * @param signals whether Ctrl-C keeps its meaning
     * @return null if standard input is no terminal
     */
    static @Nullable TerminalMode raw(boolean signals) {
        String before = stty("-g");
        if (before == null) {
            return null;
        }
        TerminalMode mode = new TerminalMode(before);
        List<String> wanted =
                new ArrayList<>(
                        List.of(
                                ("-ignbrk -brkint -parmrk -istrip -inlcr -igncr -icrnl -ixon opost"
                                                + " -echo -echonl -icanon -iexten cs8 min 1 time 0")
                                        .split(" ", -1)));
        wanted.add(signals ? "isig" : "-isig");
        // However the process ends.
        Runtime.getRuntime().addShutdownHook(new Thread(mode::restore, "terminal"));
        stty(wanted.toArray(new String[0]));
        return mode;
    }

    /** Sets it back. */
    synchronized void restore() {
        if (!restored) {
            restored = true;
            stty(before);
        }
    }

    /** What stty says, or null if it fails, as it does where there is no terminal. */
    private static @Nullable String stty(String... arguments) {
        List<String> command = new ArrayList<>(List.of("stty"));
        command.addAll(List.of(arguments));
        try {
            Process stty =
                    new ProcessBuilder(command)
                            .redirectInput(ProcessBuilder.Redirect.INHERIT)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            String said =
                    new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            return stty.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && stty.exitValue() == 0
                    ? said.strip()
                    : null;
        } catch (IOException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }
}
