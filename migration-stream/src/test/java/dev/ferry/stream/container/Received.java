package dev.ferry.stream.container;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Predicate;

/** What another program has printed so far, read as it comes. */
final class Received {

    private static final Duration DEADLINE = Duration.ofMinutes(2);

    private final String name;
    private final StringBuilder text = new StringBuilder();
    private boolean ended;

    /**
     * Reads on a thread of its own, which also does the opening.
     *
     * @param opener may take until the other side opens its end
     */
    Received(String name, Callable<InputStream> opener) {
        this.name = name;
        Thread.ofPlatform().daemon().name("read " + name).start(() -> readAll(opener));
    }

    private void readAll(Callable<InputStream> opener) {
        byte[] buffer = new byte[4096];
        try (InputStream in = opener.call()) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
            }
        } catch (Exception e) {
            append(e.toString());
        }
        end();
    }

    private synchronized void append(String piece) {
        text.append(piece);
        notifyAll();
    }

    private synchronized void end() {
        ended = true;
        notifyAll();
    }

    /** All since the beginning, once it is as wanted. */
    synchronized String await(Predicate<String> wanted) {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (!wanted.test(text.toString())) {
            long left = deadline - System.nanoTime();
            if (ended || left <= 0) {
                fail(name + (ended ? " ended after: " : " said nothing more than: ") + text);
            }
            try {
                wait(Math.max(1, left / 1_000_000));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        return text.toString();
    }
}
