package dev.ferry.sev.firmware;

import java.security.SecureRandom;
import java.util.Arrays;

/**
 * A guest's memory key (VEK), 16 bytes. Zeroed when closed; never printed; never leaves the
 * firmware.
 */
final class MemoryKey implements AutoCloseable {
    static final int BYTES = 16;

    private final byte[] bytes;

    private MemoryKey(byte[] bytes) {
        this.bytes = bytes;
    }

    static MemoryKey random(SecureRandom random) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return new MemoryKey(bytes);
    }

    /** Another holder of the same key. */
    MemoryKey copy() {
        return new MemoryKey(bytes.clone());
    }

    /** A new engine that works with it. */
    MemoryEncryption engine() {
        return new MemoryEncryption(bytes);
    }

    @Override
    public void close() {
        Arrays.fill(bytes, (byte) 0);
    }

    @Override
    public String toString() {
        return "memory key";
    }
}
