package dev.ferry.sev.firmware;

import dev.ferry.sev.session.TransportKeys;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The transport keys of a guest while it is launched, sent or received, and the {@link Lane}s that
 * work with them: one for each thread that is at it, kept for the next page.
 */
final class Channel implements AutoCloseable {

    /** Lanes kept; more threads than that make their own for each packet. */
    private static final int KEPT = 64;

    private final TransportKeys keys;
    private final MemoryEncryption memory;
    private final AtomicReferenceArray<@Nullable Lane> idle = new AtomicReferenceArray<>(KEPT);

    /** Takes the transport keys over; the memory's engine stays the guest's. */
    Channel(TransportKeys keys, MemoryEncryption memory) {
        this.keys = keys;
        this.memory = memory;
    }

    TransportKeys keys() {
        return keys;
    }

    /** A lane for this thread alone, until it is given back. */
    Lane take() {
        int start = place();
        for (int i = 0; i < KEPT; i++) {
            Lane lane = idle.getAndSet((start + i) % KEPT, null);
            if (lane != null) {
                return lane;
            }
        }
        return new Lane(memory, keys);
    }

    /** Where a thread looks first, so that each mostly gets back what it gave. */
    private static int place() {
        return (int) (Thread.currentThread().threadId() % KEPT);
    }

    void give(Lane lane) {
        int start = place();
        for (int i = 0; i < KEPT; i++) {
            if (idle.compareAndSet((start + i) % KEPT, null, lane)) {
                return;
            }
        }
        lane.close();
    }

    /** Erases all keys; nobody may hold a lane. */
    @Override
    public void close() {
        for (int i = 0; i < KEPT; i++) {
            Lane lane = idle.getAndSet(i, null);
            if (lane != null) {
                lane.close();
            }
        }
        keys.close();
    }
}
