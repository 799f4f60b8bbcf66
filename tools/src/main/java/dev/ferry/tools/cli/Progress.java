package dev.ferry.tools.cli;

import java.io.PrintStream;
import java.util.OptionalLong;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * One line on stderr that says how far reading has come, if a person is watching and it takes
 * longer than half a second. Gone when {@linkplain #close() closed}.
 */
public final class Progress implements LongConsumer, AutoCloseable {

    private static final long FIRST = 500_000_000L;
    private static final long EVERY = 200_000_000L;
    private static final int WIDTH = 78;

    private final Console console;
    private final String name;
    private final long total;
    private final LongSupplier clock;
    private final long begun;
    private long due;
    private boolean watched;
    private boolean asked;
    private boolean shown;

    /**
     * @param name what is being read
     * @param total how many bytes it has, where known
     */
    public Progress(Console console, String name, OptionalLong total) {
        this(console, name, total, System::nanoTime);
    }

    Progress(Console console, String name, OptionalLong total, LongSupplier clock) {
        this.clock = clock;
        this.begun = clock.getAsLong();
        this.due = begun + FIRST;
        this.console = console;
        this.name = name;
        this.total = total.orElse(0);
    }

    /** Takes the number of bytes done so far. */
    @Override
    public void accept(long done) {
        long now = clock.getAsLong();
        if (now - due < 0) {
            return;
        }
        due = now + EVERY;
        if (!asked) {
            asked = true;
            watched = console.terminal().errors();
        }
        if (watched) {
            show(line(name, done, total, now - begun));
        }
    }

    /** Says that something else than reading is going on. */
    public void phase(String what) {
        if (shown) {
            show(name + ": " + what);
        }
    }

    static String line(String name, long done, long total, long nanos) {
        double seconds = nanos / 1e9;
        double rate = done / seconds;
        StringBuilder text = new StringBuilder(name).append(": ").append(Quantity.bytes(done));
        if (total > 0 && done <= total) {
            text.append(" of ").append(Quantity.bytes(total));
        }
        text.append(", ").append(Quantity.bytes((long) rate)).append("/s");
        if (total > 0 && done <= total && rate > 0) {
            text.append(", ").append(done * 100 / total).append(" %, ");
            text.append(Quantity.seconds((total - done) / rate)).append(" left");
        }
        return text.toString();
    }

    private void show(String line) {
        String text =
                line.length() > WIDTH ? "…" + line.substring(line.length() - WIDTH + 1) : line;
        PrintStream err = console.err();
        err.print("\r" + text + " ".repeat(WIDTH - text.length()));
        err.flush();
        shown = true;
    }

    @Override
    public void close() {
        if (shown) {
            console.err().print("\r" + " ".repeat(WIDTH) + "\r");
            console.err().flush();
            shown = false;
        }
    }
}
