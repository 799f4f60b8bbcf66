package dev.ferry.sev.packet;

import dev.ferry.sev.SevException;
import dev.ferry.sev.session.TransportKeys;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Makes and opens pages of one session on several cores: SHA-256 is what limits a core. Threads of
 * its own take the pages of a batch in runs, and the caller's thread works with them. One batch at
 * a time; callers from several threads wait for each other.
 *
 * <p>A pool ends with {@link #close}, which waits for a batch under way.
 */
public final class PacketPool implements AutoCloseable {

    private final PacketCipher[] ciphers;
    private final ExecutorService helpers;
    private boolean closed;

    /** On all cores. */
    public PacketPool(TransportKeys keys) {
        this(keys, Runtime.getRuntime().availableProcessors());
    }

    /**
     * On some cores.
     *
     * @param keys copied
     * @param threads that work, the caller's included; at least 1
     */
    public PacketPool(TransportKeys keys, int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("packet pool: expected a thread, found " + threads);
        }
        ciphers = new PacketCipher[threads];
        for (int i = 0; i < threads; i++) {
            ciphers[i] = new PacketCipher(keys, PacketContext.DATA, new SecureRandom());
        }
        helpers =
                Executors.newFixedThreadPool(
                        Math.max(1, threads - 1),
                        Thread.ofPlatform().daemon().name("sev-packets-", 1).factory());
    }

    /** How many threads work, the caller's included. */
    public int threads() {
        return ciphers.length;
    }

    /** Makes packets of the first {@code pages} pages, each with a fresh IV. */
    public synchronized void seal(PacketBatch batch, int pages) {
        try {
            run(
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
    public synchronized void open(PacketBatch batch, int pages) throws BadPacketException {
        run(
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

    private void run(int pages, PacketBatch batch, Task task) throws BadPacketException {
        if (closed) {
            throw new IllegalStateException("packet pool is closed");
        }
        if (pages < 0 || pages > batch.capacity()) {
            throw new IllegalArgumentException(
                    "packet batch: expected up to " + batch.capacity() + " pages, found " + pages);
        }
        SharedWork work = new SharedWork(pages, task);
        List<PacketCipher> others = new ArrayList<>();
        for (int i = 1; i < ciphers.length && i < work.runs(); i++) {
            others.add(ciphers[i]);
        }
        work.start(helpers, others);
        work.take(ciphers[0]);
        work.await();
    }

    /** Ends the threads. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            helpers.shutdown();
            for (PacketCipher cipher : ciphers) {
                cipher.close();
            }
        }
    }
}
