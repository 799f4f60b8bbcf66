package dev.ferry.stream.multifd;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The thread that compresses and writes one channel's packets, in the order they are queued.
 *
 * <p>After a failure it goes on taking what is queued and writes nothing, so that whoever fills the
 * queue is never left waiting; the failure is told by {@link MultiFdWriter}.
 */
final class MultiFdSender implements Runnable {

    /** What a channel is asked to do. */
    private sealed interface Task {
        record Pages(PageBatch batch) implements Task {}

        record Sync(long number) implements Task {}

        record End() implements Task {}
    }

    private final int id;
    private final MultiFdChannelWriter channel;
    private final BlockingQueue<Task> tasks;
    private final BlockingQueue<PageBatch> free;
    private final AtomicReference<@Nullable Throwable> failure;
    private final Thread thread;
    private boolean failed;

    /**
     * @param free where batches go when they are written; has room for all there are
     * @param failure set by the first sender that fails
     */
    MultiFdSender(
            int id,
            MultiFdChannelWriter channel,
            int batches,
            BlockingQueue<PageBatch> free,
            AtomicReference<@Nullable Throwable> failure) {
        this.id = id;
        this.channel = channel;
        this.tasks = new ArrayBlockingQueue<>(batches);
        this.free = free;
        this.failure = failure;
        this.thread = Thread.ofPlatform().daemon().name("multifd " + id).unstarted(this);
    }

    void start() {
        thread.start();
    }

    /** Queues pages; waits while the queue is full. */
    void pages(PageBatch batch) throws InterruptedException {
        tasks.put(new Task.Pages(batch));
    }

    /** Queues a SYNC. */
    void sync(long number) throws InterruptedException {
        tasks.put(new Task.Sync(number));
    }

    /** Queues the end. */
    void end() throws InterruptedException {
        tasks.put(new Task.End());
    }

    /** Waits until all that was queued is written, or was given up. */
    void await() throws InterruptedException {
        thread.join();
    }

    /** The same, for so long at most. */
    void await(Duration patience) throws InterruptedException {
        thread.join(patience);
    }

    /** Stops as soon as can be; a write that is under way is broken off, its channel closed. */
    void abandon() {
        thread.interrupt();
    }

    @Override
    public void run() {
        try (channel) {
            attempt(null);
            Task task = tasks.take();
            while (!(task instanceof Task.End)) {
                attempt(task);
                if (task instanceof Task.Pages pages) {
                    free.add(pages.batch());
                }
                task = tasks.take();
            }
            attempt(task);
        } catch (InterruptedException e) {
            // Abandoned: nobody waits for anything any more.
        }
    }

    /** Does a task, the handshake for none, unless one has failed before. */
    private void attempt(@Nullable Task task) {
        if (failed) {
            return;
        }
        try {
            switch (task) {
                case null -> channel.handshake();
                case Task.Pages pages -> channel.pages(pages.batch());
                case Task.Sync sync -> channel.sync(sync.number());
                case Task.End _ -> channel.flush();
            }
        } catch (IOException e) {
            fail(new IOException("multifd channel id " + id + ": " + e.getMessage(), e));
        } catch (RuntimeException | Error e) {
            fail(e);
        }
    }

    private void fail(Throwable e) {
        failed = true;
        failure.compareAndSet(null, e);
    }
}
