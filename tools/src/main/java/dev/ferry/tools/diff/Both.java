package dev.ferry.tools.diff;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** Does the same for both inputs at once: reading is bound by one core, not by the disk. */
final class Both {

    /** Something to do with one input. */
    @FunctionalInterface
    interface Task {
        void run() throws IOException;
    }

    private Both() {}

    /** Waits for both; when one fails the other is stopped, by closing its files. */
    static void run(Task a, Task b) throws IOException {
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            CompletionService<Task> work = new ExecutorCompletionService<>(threads);
            for (Task task : new Task[] {a, b}) {
                work.submit(() -> {
                    task.run();
                    return task;
                });
            }
            try {
                Task _ = work.take().get();
                Task _ = work.take().get();
            } catch (ExecutionException e) {
                threads.shutdownNow();
                rethrow(e.getCause());
            } catch (InterruptedException e) {
                threads.shutdownNow();
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while reading");
            }
        }
    }

    private static void rethrow(@Nullable Throwable failure) throws IOException {
        switch (failure) {
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case null, default -> throw new IllegalStateException(failure);
        }
    }
}
