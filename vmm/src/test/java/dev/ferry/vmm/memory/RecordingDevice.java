package dev.ferry.vmm.memory;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** Reads as its offset plus a constant, and remembers what was done to it, under the lock. */
final class RecordingDevice implements MmioDevice {

    final List<String> log = new ArrayList<>();
    private final ReentrantLock lock;

    RecordingDevice(ReentrantLock lock) {
        this.lock = lock;
    }

    @Override
    public long read(long offset, int size) {
        assertTrue(lock.isHeldByCurrentThread());
        log.add("r%d %x".formatted(size, offset));
        return 0xdddd_0000_dddd_0000L + offset;
    }

    @Override
    public void write(long offset, int size, long value) {
        assertTrue(lock.isHeldByCurrentThread());
        log.add("w%d %x=%x".formatted(size, offset, value));
    }
}
