package dev.ferry.sev.firmware;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Engines with one key, lent to one thread at a time. Each thread looks first where it put back its
 * last one; when that is taken, another is made. The key is zeroed at the end, and no engine lent
 * after that.
 */
final class EnginePool implements AutoCloseable {

    private static final int SLOTS = 64;

    private final byte[] vek;
    private final AtomicReferenceArray<@Nullable BlockEngine> idle =
            new AtomicReferenceArray<>(SLOTS);
    private volatile boolean closed;

    EnginePool(byte[] vek) {
        this.vek = vek.clone();
    }

    BlockEngine take() {
        BlockEngine engine = closed ? null : idle.getAndSet(slot(), null);
        return engine == null ? make() : engine;
    }

    private synchronized BlockEngine make() {
        if (closed) {
            throw new IllegalStateException("memory encryption is closed");
        }
        return new BlockEngine(vek);
    }

    void give(BlockEngine engine) {
        if (closed) {
            engine.erase();
            return;
        }
        BlockEngine displaced = idle.getAndSet(slot(), engine);
        if (displaced != null) {
            displaced.erase();
        }
        if (closed) {
            eraseIdle();
        }
    }

    private static int slot() {
        return (int) (Thread.currentThread().threadId() % SLOTS);
    }

    boolean isClosed() {
        return closed;
    }

    private void eraseIdle() {
        for (int i = 0; i < SLOTS; i++) {
            BlockEngine engine = idle.getAndSet(i, null);
            if (engine != null) {
                engine.erase();
            }
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        Arrays.fill(vek, (byte) 0);
        eraseIdle();
    }
}
