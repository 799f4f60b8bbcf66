package dev.ferry.tools.output;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Has a file written to the disk while it is still being made, so that forcing it there in the end
 * takes little.
 */
final class Writeback {

    /** Small outputs are complete before the disk is first asked. */
    private static final long EVERY_MILLIS = 60;

    private final FileChannel file;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread thread;

    private Writeback(FileChannel file) {
        this.file = file;
        this.thread = new Thread(this::run, "write back");
        thread.setDaemon(true);
    }

    /** Begins; {@link #stop} must be called before the file is closed. */
    static Writeback start(FileChannel file) {
        Writeback writeback = new Writeback(file);
        writeback.thread.start();
        return writeback;
    }

    private void run() {
        try {
            while (!stopped.await(EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
                file.force(false);
            }
        } catch (IOException e) {
            // Whoever forces the file in the end is told, too.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends it, and waits for what is under way. */
    void stop() {
        stopped.countDown();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
