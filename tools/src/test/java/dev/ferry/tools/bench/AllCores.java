package dev.ferry.tools.bench;

import dev.ferry.sev.SevException;
import dev.ferry.sev.packet.PacketBatch;
import dev.ferry.sev.packet.PacketPool;
import dev.ferry.sev.packet.PendingBatch;
import dev.ferry.sev.session.TransportKeys;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;

/** A pool with two batches, as a migration has them: one under way, one being filled. */
final class AllCores implements PacketWork {

    private static final int PAGES = 1024;

    private final PacketPool pool;
    private final Deque<PacketBatch> idle = new ArrayDeque<>();
    private final Deque<Started> started = new ArrayDeque<>();

    private record Started(PacketBatch batch, PendingBatch pending) {}

    AllCores(TransportKeys keys, int cores) throws SevException {
        pool = new PacketPool(keys, cores);
        for (int i = 0; i < 2; i++) {
            PacketBatch batch = new PacketBatch(PAGES);
            new SecureRandom().nextBytes(batch.plain());
            idle.add(batch);
            run(true);
        }
        finish();
    }

    @Override
    public long run(boolean seal) throws SevException {
        if (idle.isEmpty()) {
            awaitFirst();
        }
        PacketBatch batch = idle.remove();
        PendingBatch pending = seal ? pool.sealLater(batch, PAGES) : pool.openLater(batch, PAGES);
        started.add(new Started(batch, pending));
        return batch.plain().length;
    }

    private void awaitFirst() throws SevException {
        Started first = started.remove();
        first.pending().await();
        idle.add(first.batch());
    }

    @Override
    public void finish() throws SevException {
        while (!started.isEmpty()) {
            awaitFirst();
        }
    }

    @Override
    public long now() {
        return System.nanoTime();
    }

    @Override
    public void close() {
        pool.close();
    }
}
