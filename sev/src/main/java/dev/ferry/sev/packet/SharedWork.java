package dev.ferry.sev.packet;

import dev.ferry.sev.SevException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The pages of one batch, which threads take in runs, lowest first. When a page fails, whoever
 * finds the next run behind it stops; the runs before it have all been taken and are finished, so
 * that the failure kept is the first one of the batch.
 */
final class SharedWork implements PendingBatch {

    /** Short enough that threads end together, long enough that they seldom meet. */
    private static final int PAGES_PER_RUN = 16;

    private final int pages;
    private final PacketPool.Task task;
    private final AtomicInteger next = new AtomicInteger();
    private final int workers;
    private final CountDownLatch working;
    private volatile int firstFailed = Integer.MAX_VALUE;
    private @Nullable SevException failure;
    private @Nullable Throwable broken;

    SharedWork(int pages, int threads, PacketPool.Task task) {
        this.pages = pages;
        this.task = task;
        workers = Math.min((pages + PAGES_PER_RUN - 1) / PAGES_PER_RUN, threads);
        working = new CountDownLatch(workers);
    }

    /** How many threads are to {@link #take} pages. */
    int workers() {
        return workers;
    }

    /** A thread takes no more. */
    void left() {
        working.countDown();
    }

    /** Works until nothing is left. */
    void take(PacketCipher cipher) {
        while (true) {
            int from = next.getAndAdd(PAGES_PER_RUN);
            if (from >= pages || from > firstFailed) {
                return;
            }
            int to = Math.min(pages, from + PAGES_PER_RUN);
            for (int i = from; i < to; i++) {
                try {
                    task.run(cipher, i);
                } catch (SevException e) {
                    failed(i, e);
                    break;
                } catch (RuntimeException | Error e) {
                    broken(e);
                    return;
                }
            }
        }
    }

    private synchronized void failed(int index, SevException e) {
        if (index < firstFailed) {
            firstFailed = index;
            failure = e;
        }
    }

    private synchronized void broken(Throwable e) {
        firstFailed = -1;
        broken = e;
    }

    @Override
    public void await() throws BadPacketException {
        boolean interrupted = false;
        while (true) {
            try {
                working.await();
                break;
            } catch (InterruptedException e) {
                // The threads write into the caller's arrays until they are done.
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        rethrow();
    }

    private synchronized void rethrow() throws BadPacketException {
        if (broken != null) {
            throw new IllegalStateException("a thread of the packet pool failed", broken);
        }
        if (failure != null) {
            throw new BadPacketException(firstFailed, failure);
        }
    }
}
