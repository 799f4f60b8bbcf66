package dev.ferry.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ProgressTest {

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private long now;

    private Progress progress(boolean watched, OptionalLong total) {
        Terminal terminal =
                new Terminal() {
                    @Override
                    public boolean output() {
                        return false;
                    }

                    @Override
                    public boolean errors() {
                        return watched;
                    }

                    @Override
                    public boolean colour() {
                        return false;
                    }
                };
        PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
        Console console = new Console(InputStream.nullInputStream(), stream, stream, terminal);
        return new Progress(console, "vm.mig", total, () -> now);
    }

    private String text() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void nothingIsShownInTheFirstHalfSecond() {
        Progress progress = progress(true, OptionalLong.of(1 << 20));
        now = 499_999_999;
        progress.accept(1000);
        progress.close();
        assertEquals("", text());
    }

    @Test
    void lineHasBytesRatePercentAndTimeLeft() {
        Progress progress = progress(true, OptionalLong.of(4L << 30));
        now = 500_000_000;
        progress.accept(1L << 30);
        assertEquals("vm.mig: 1 GiB of 4 GiB, 2 GiB/s, 25 %, 1.5 s left", text().strip());
        progress.close();
        assertTrue(text().endsWith("\r" + " ".repeat(78) + "\r"), "erased at the end");
    }

    @Test
    void withoutATotalThereIsNoPercentage() {
        Progress progress = progress(true, OptionalLong.empty());
        now = 1_000_000_000;
        progress.accept(1L << 20);
        assertEquals("vm.mig: 1 MiB, 1 MiB/s", text().strip());
    }

    @Test
    void nobodyWatchingSeesNothing() {
        Progress progress = progress(false, OptionalLong.of(1 << 20));
        now = 5_000_000_000L;
        progress.accept(1000);
        progress.close();
        assertEquals("", text());
    }

    @Test
    void lineIsRenewedFiveTimesASecond() {
        Progress progress = progress(true, OptionalLong.empty());
        now = 500_000_000;
        progress.accept(1);
        int length = text().length();
        now = 699_999_999;
        progress.accept(2);
        assertEquals(length, text().length());
        now = 700_000_000;
        progress.accept(3);
        assertTrue(text().length() > length);
    }

    @Test
    void longNamesAreCutAtTheirBeginning() {
        String line = Progress.line("x".repeat(100), 1, 0, 1);
        assertTrue(line.length() > 78);
    }
}
