package dev.ferry.sev.stream;

import dev.ferry.sev.SevException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Threads, as many as cores, that have a secure processor work at many packets at once. */
final class PacketWorkers implements AutoCloseable {

    /** One command. */
    @FunctionalInterface
    interface Work {
        void packet(int index) throws SevException;
    }

    private final int others = Runtime.getRuntime().availableProcessors() - 1;
    private final ExecutorService threads =
            Executors.newFixedThreadPool(
                    Math.max(1, others),
                    Thread.ofPlatform().daemon().name("sev-firmware-", 1).factory());
    private final List<Future<?>> running = new ArrayList<>();

    /**
     * Does all of it, the caller's thread included.
     *
     * @throws SevException of the first packet that has one; those behind it may be done or not
     */
    void each(int count, Work work) throws SevException {
        Run run = new Run(count, work);
        for (int i = 0; i < Math.min(others, count - 1); i++) {
            running.add(threads.submit(run));
        }
        try {
            run.run();
        } finally {
            // Whatever happens: the threads use the caller's arrays until they are done.
            awaitAll();
        }
        SevException failure = run.failure;
        if (failure != null) {
            throw failure;
        }
    }

    private void awaitAll() {
        boolean interrupted = false;
        Throwable broken = null;
        while (!running.isEmpty()) {
            try {
                running.getLast().get();
                running.removeLast();
            } catch (InterruptedException e) {
                interrupted = true;
            } catch (ExecutionException e) {
                broken = e.getCause();
                running.removeLast();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (broken != null) {
            throw new IllegalStateException("a thread of the packet workers failed", broken);
        }
    }

    private static final class Run implements Runnable {
        private final int count;
        private final Work work;
        private final AtomicInteger next = new AtomicInteger();
        private int failedAt = Integer.MAX_VALUE;
        @Nullable SevException failure;

        Run(int count, Work work) {
            this.count = count;
            this.work = work;
        }

        @Override
        public void run() {
            for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
                try {
                    work.packet(i);
                } catch (SevException e) {
                    fail(i, e);
                    next.set(count);
                }
            }
        }

        private synchronized void fail(int index, SevException e) {
            if (index < failedAt) {
                failedAt = index;
                failure = e;
            }
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
