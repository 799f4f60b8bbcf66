package dev.ferry.sev.firmware;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Objects;

/**
 * A guest's memory engine: between its private memory, which is ciphertext, and whoever may see the
 * plaintext. The key (VEK) is in it and does not come out.
 *
 * <p>Blocks of 16 bytes are encrypted each for its address: the same plaintext looks different
 * wherever it stands, ciphertext that is moved becomes noise, and a change of one block leaves the
 * others. There is no integrity: whoever changes ciphertext changes plaintext into noise unnoticed,
 * and can put back what stood at an address before. That is what SEV without SNP gives. Real memory
 * controllers take the host's physical address and an undisclosed tweak function; this one takes
 * the guest's address, so that a guest's memory may lie anywhere in the process. It is a model, no
 * protection against who runs the JVM.
 *
 * <p>For many threads at once. Access to one page through {@link #read}, {@link #write} and the
 * segment forms is one after another, since a block that two vCPUs write parts of must not lose
 * either part. Source: AMD APM volume 2, Secure Encrypted Virtualization.
 */
public final class MemoryEncryption implements AutoCloseable {

    /** Bytes that are encrypted together. */
    public static final int BLOCK_BYTES = BlockEngine.BLOCK_BYTES;

    /** Bytes of the key. */
    public static final int KEY_BYTES = BlockEngine.KEY_BYTES;

    private static final int PAGE_BYTES = BlockEngine.WINDOW_BYTES;
    private static final int PAGE_LOCKS = 64;

    /** Physical addresses have 52 bits at most. */
    private static final long ADDRESSES = 1L << 52;

    private final EnginePool engines;
    private final Object[] pageLocks = new Object[PAGE_LOCKS];

    /**
     * With a key that there is already.
     *
     * @param vek copied; 16 bytes
     */
    MemoryEncryption(byte[] vek) {
        if (vek.length != KEY_BYTES) {
            throw new IllegalArgumentException(
                    "memory encryption key: expected 16 bytes, found " + vek.length);
        }
        engines = new EnginePool(vek);
        Arrays.setAll(pageLocks, i -> new Object());
    }

    /** With a new key. */
    public static MemoryEncryption random(SecureRandom random) {
        byte[] vek = new byte[KEY_BYTES];
        random.nextBytes(vek);
        MemoryEncryption engine = new MemoryEncryption(vek);
        Arrays.fill(vek, (byte) 0);
        return engine;
    }

    /**
     * Encrypts in place.
     *
     * @param address the guest physical address of the first byte; like {@code length} a multiple
     *     of 16
     */
    public void encrypt(long address, byte[] bytes, int at, int length) {
        crypt(true, address, bytes, at, length);
    }

    /**
     * Decrypts in place.
     *
     * @param address the guest physical address of the first byte; like {@code length} a multiple
     *     of 16
     */
    public void decrypt(long address, byte[] bytes, int at, int length) {
        crypt(false, address, bytes, at, length);
    }

    private void crypt(boolean encrypt, long address, byte[] bytes, int at, int length) {
        requireBlocks(address, length);
        Objects.checkFromIndexSize(at, length, bytes.length);
        BlockEngine engine = engines.take();
        try {
            for (int done = 0; done < length; done += PAGE_BYTES) {
                int here = at + done;
                int part = Math.min(PAGE_BYTES, length - done);
                if (encrypt) {
                    engine.encrypt(address + done, bytes, here, bytes, here, part);
                } else {
                    engine.decrypt(address + done, bytes, here, bytes, here, part);
                }
            }
        } finally {
            engines.give(engine);
        }
    }

    /**
     * Encrypts memory where it is.
     *
     * @param address the guest physical address of the first byte; like {@code length} a multiple
     *     of 16
     */
    public void encrypt(long address, MemorySegment memory, long at, long length) {
        crypt(true, address, memory, at, length);
    }

    /**
     * Decrypts memory where it is.
     *
     * @param address the guest physical address of the first byte; like {@code length} a multiple
     *     of 16
     */
    public void decrypt(long address, MemorySegment memory, long at, long length) {
        crypt(false, address, memory, at, length);
    }

    private void crypt(boolean encrypt, long address, MemorySegment memory, long at, long length) {
        requireBlocks(address, length);
        Objects.checkFromIndexSize(at, length, memory.byteSize());
        BlockEngine engine = engines.take();
        byte[] page = engine.window();
        try {
            for (long done = 0; done < length; ) {
                int part = untilPageEnd(address + done, length - done);
                synchronized (lock(address + done)) {
                    MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, at + done, page, 0, part);
                    if (encrypt) {
                        engine.encrypt(address + done, page, 0, page, 0, part);
                    } else {
                        engine.decrypt(address + done, page, 0, page, 0, part);
                    }
                    MemorySegment.copy(page, 0, memory, ValueLayout.JAVA_BYTE, at + done, part);
                }
                done += part;
            }
        } finally {
            engines.give(engine);
        }
    }

    /**
     * Reads plaintext, from any address, as many bytes as one likes.
     *
     * @param address the guest physical address of the first byte
     * @param memory ciphertext; every block that the range touches lies in it
     * @param at where {@code address} is in it
     */
    public void read(
            long address, MemorySegment memory, long at, byte[] into, int intoAt, int length) {
        requireTouched(address, memory, at, length);
        Objects.checkFromIndexSize(intoAt, length, into.length);
        BlockEngine engine = engines.take();
        byte[] blocks = engine.window();
        try {
            for (int done = 0; done < length; ) {
                int part = untilPageEnd(address + done, length - done);
                long first = firstBlock(address + done);
                int skipped = (int) (address + done - first);
                int whole = wholeBlocks(skipped + part);
                synchronized (lock(first)) {
                    MemorySegment.copy(
                            memory, ValueLayout.JAVA_BYTE, at + done - skipped, blocks, 0, whole);
                }
                engine.decrypt(first, blocks, 0, blocks, 0, whole);
                System.arraycopy(blocks, skipped, into, intoAt + done, part);
                done += part;
            }
        } finally {
            engines.give(engine);
        }
    }

    /**
     * Writes plaintext, to any address, as many bytes as one likes. What a block has besides stays.
     *
     * @param address the guest physical address of the first byte
     * @param memory ciphertext; every block that the range touches lies in it
     * @param at where {@code address} is in it
     */
    public void write(
            long address, MemorySegment memory, long at, byte[] from, int fromAt, int length) {
        requireTouched(address, memory, at, length);
        Objects.checkFromIndexSize(fromAt, length, from.length);
        BlockEngine engine = engines.take();
        byte[] blocks = engine.window();
        try {
            for (int done = 0; done < length; ) {
                int part = untilPageEnd(address + done, length - done);
                long first = firstBlock(address + done);
                int skipped = (int) (address + done - first);
                int whole = wholeBlocks(skipped + part);
                long blocksAt = at + done - skipped;
                synchronized (lock(first)) {
                    if (skipped != 0) {
                        fetch(engine, first, memory, blocksAt, blocks, 0);
                    }
                    if (skipped + part != whole) {
                        fetch(engine, first, memory, blocksAt, blocks, whole - BLOCK_BYTES);
                    }
                    System.arraycopy(from, fromAt + done, blocks, skipped, part);
                    engine.encrypt(first, blocks, 0, blocks, 0, whole);
                    MemorySegment.copy(blocks, 0, memory, ValueLayout.JAVA_BYTE, blocksAt, whole);
                }
                done += part;
            }
        } finally {
            engines.give(engine);
        }
    }

    /** The plaintext of one block, which is written to in part only. */
    private static void fetch(
            BlockEngine engine,
            long first,
            MemorySegment memory,
            long at,
            byte[] blocks,
            int block) {
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, at + block, blocks, block, BLOCK_BYTES);
        engine.decrypt(first + block, blocks, block, blocks, block, BLOCK_BYTES);
    }

    private Object lock(long address) {
        return pageLocks[(int) (address / PAGE_BYTES % PAGE_LOCKS)];
    }

    private static int untilPageEnd(long address, long length) {
        return (int) Math.min(PAGE_BYTES - address % PAGE_BYTES, length);
    }

    private static long firstBlock(long address) {
        return address - address % BLOCK_BYTES;
    }

    private static int wholeBlocks(int length) {
        return (length + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
    }

    private static void requireBlocks(long address, long length) {
        requireAddress(address);
        if (address % BLOCK_BYTES != 0 || length < 0 || length % BLOCK_BYTES != 0) {
            throw new IllegalArgumentException(
                    "memory encryption: expected whole blocks of 16 bytes, found 0x"
                            + Long.toHexString(length)
                            + " bytes at 0x"
                            + Long.toHexString(address));
        }
    }

    private static void requireTouched(long address, MemorySegment memory, long at, int length) {
        requireAddress(address);
        long skipped = address % BLOCK_BYTES;
        Objects.checkFromIndexSize(
                at - skipped, wholeBlocks((int) skipped + length), memory.byteSize());
    }

    static void requireAddress(long address) {
        if (address < 0 || address >= ADDRESSES) {
            throw new IllegalArgumentException(
                    "memory encryption: expected a physical address, found 0x"
                            + Long.toHexString(address));
        }
    }

    /** Zeroes the key and all that was being worked on; whatever else is asked then is refused. */
    @Override
    public void close() {
        engines.close();
    }

    /** Tells nothing. */
    @Override
    public String toString() {
        return engines.isClosed() ? "memory encryption (closed)" : "memory encryption";
    }
}
