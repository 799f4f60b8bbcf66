package dev.ferry.sev.packet;

import dev.ferry.sev.SevException;
import dev.ferry.sev.session.TransportKeys;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Makes and opens pages of one session on several cores: SHA-256 is what limits a core. Threads of
 * its own take the pages of a batch in runs.
 *
 * <p>Batches come from any thread, and several may be under way. Who fills one while another is
 * worked on ({@link #sealLater}, {@link #openLater}) keeps all cores busy; after a single one they
 * wait for the slowest.
 */
public final class PacketPool implements AutoCloseable {

    private final int threads;

    /** As many as threads: who works finds one. */
    private final BlockingQueue<PacketCipher> ciphers;

    private final ExecutorService workers;
    private boolean closed;

    /** On all cores. */
    public PacketPool(TransportKeys keys) {
        this(keys, Runtime.getRuntime().availableProcessors());
    }

    /**
     * On some cores.
     *
     * @param keys copied
     * @param threads that work; at least 1
     */
    public PacketPool(TransportKeys keys, int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("packet pool: expected a thread, found " + threads);
        }
        this.threads = threads;
        ciphers = new ArrayBlockingQueue<>(threads);
        for (int i = 0; i < threads; i++) {
            ciphers.add(new PacketCipher(keys, PacketContext.DATA, new SecureRandom()));
        }
        workers =
                Executors.newFixedThreadPool(
                        threads, Thread.ofPlatform().daemon().name("sev-packets-", 1).factory());
    }

    /** How many threads work. */
    public int threads() {
        return threads;
    }

    /** Makes packets of the first {@code pages} pages, each with a fresh IV. */
    public void seal(PacketBatch batch, int pages) {
        try {
            sealLater(batch, pages).await();
        } catch (BadPacketException e) {
            throw new IllegalStateException("sealing refuses no page", e);
        }
    }

    /**
     * Checks and decrypts the first {@code pages} packets.
     *
     * @throws BadPacketException if one is refused: the first. All before it are decrypted; those
     *     after it may be or not
     */
    public void open(PacketBatch batch, int pages) throws BadPacketException {
        openLater(batch, pages).await();
    }

    /** {@link #seal}, without waiting. The batch is the pool's until the result was awaited. */
    public PendingBatch sealLater(PacketBatch batch, int pages) {
        return start(
                pages,
                batch,
                (cipher, i) ->
                        cipher.seal(
                                batch.plain(),
                                PacketBatch.pageAt(i),
                                PacketBatch.PAGE_BYTES,
                                batch.headers(),
                                PacketBatch.headerAt(i),
                                batch.ciphertext(),
                                PacketBatch.pageAt(i)));
    }

    /** {@link #open}, without waiting. The batch is the pool's until the result was awaited. */
    public PendingBatch openLater(PacketBatch batch, int pages) {
        return start(
                pages,
                batch,
                (cipher, i) ->
                        cipher.open(
                                batch.headers(),
                                PacketBatch.headerAt(i),
                                batch.ciphertext(),
                                PacketBatch.pageAt(i),
                                PacketBatch.PAGE_BYTES,
                                batch.plain(),
                                PacketBatch.pageAt(i)));
    }

    /** What is done with a page. */
    interface Task {
        void run(PacketCipher cipher, int index) throws SevException;
    }

    private synchronized PendingBatch start(int pages, PacketBatch batch, Task task) {
        if (closed) {
            throw new IllegalStateException("packet pool is closed");
        }
        if (pages < 0 || pages > batch.capacity()) {
            throw new IllegalArgumentException(
                    "packet batch: expected up to " + batch.capacity() + " pages, found " + pages);
        }
        SharedWork work = new SharedWork(pages, threads, task);
        for (int i = 0; i < work.workers(); i++) {
            workers.execute(() -> work(work));
        }
        return work;
    }

    private void work(SharedWork work) {
        PacketCipher cipher = ciphers.remove();
        try {
            work.take(cipher);
        } finally {
            ciphers.add(cipher);
            work.left();
        }
    }

    /** Ends the threads, when they have done what they were given. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            workers.shutdown();
        }
        boolean interrupted = false;
        while (true) {
            try {
                if (workers.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS)) {
                    break;
                }
            } catch (InterruptedException e) {
                // What is under way takes milliseconds, and is in the callers' arrays.
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        List<PacketCipher> idle = new ArrayList<>();
        ciphers.drainTo(idle);
        for (PacketCipher cipher : idle) {
            cipher.close();
        }
    }
}
