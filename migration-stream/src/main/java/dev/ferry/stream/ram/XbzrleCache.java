package dev.ferry.stream.ram;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Pages as a source last sent them, the bases of XBZRLE deltas. Each page has one slot, which it
 * shares with others: {@code (address / page size) mod slots}. A page that was used in this round
 * or the one before keeps its slot.
 *
 * <p>Memory lies outside the heap and is taken as slots are first used. Source: QEMU
 * migration/page_cache.c.
 */
public final class XbzrleCache implements AutoCloseable {

    /** QEMU's default for xbzrle-cache-size. */
    public static final long DEFAULT_BYTES = 64 << 20;

    /** Rounds that a page keeps its slot. */
    private static final int CACHED_PAGE_LIFETIME = 2;

    private static final int CHUNK_BYTES = 1 << 20;
    private static final long EMPTY = -1;

    private final Arena arena = Arena.ofShared();
    private final int pageSize;
    private final int slotsInChunk;
    private final long[] addresses;
    private final long[] ages;
    private final @Nullable ByteBuffer[] chunks;
    private int used;

    /**
     * @param bytes for all slots together; their number is rounded down to a power of two
     * @param pageSize target page size in bytes
     * @throws IllegalArgumentException if there is not room for one page, or for more than 2^30
     */
    public XbzrleCache(long bytes, int pageSize) {
        long slots = Long.highestOneBit(bytes / pageSize);
        if (bytes <= 0 || slots == 0 || slots > 1 << 30) {
            throw new IllegalArgumentException("XBZRLE cache of " + bytes + " bytes");
        }
        this.pageSize = pageSize;
        this.addresses = new long[(int) slots];
        this.ages = new long[(int) slots];
        this.slotsInChunk = (int) Math.min(slots, CHUNK_BYTES / pageSize);
        this.chunks = new ByteBuffer[(int) slots / slotsInChunk];
        Arrays.fill(addresses, EMPTY);
    }

    /** How many pages fit. */
    public int slots() {
        return addresses.length;
    }

    /** How many slots are taken. */
    public int used() {
        return used;
    }

    /**
     * Whether the page at {@code address} is there; it is then used in round {@code age}.
     *
     * @param address one number space for all blocks
     */
    boolean contains(long address, long age) {
        int slot = slot(address);
        if (addresses[slot] != address) {
            return false;
        }
        ages[slot] = age;
        return true;
    }

    /** Keeps a page, unless its slot is another's that was used lately; false then. */
    boolean insert(long address, ByteBuffer from, int index, long age) {
        int slot = slot(address);
        boolean others = addresses[slot] != EMPTY && addresses[slot] != address;
        if (others && ages[slot] + CACHED_PAGE_LIFETIME > age) {
            return false;
        }
        if (addresses[slot] == EMPTY) {
            used++;
        }
        addresses[slot] = address;
        ages[slot] = age;
        update(address, from, index);
        return true;
    }

    /** Overwrites the page at {@code address}, which has its slot. */
    void update(long address, ByteBuffer from, int index) {
        chunk(slot(address) / slotsInChunk).put(index(address), from, index, pageSize);
    }

    /** Where pages lie; valid for {@link #index} of the same address. */
    ByteBuffer data(long address) {
        return chunk(slot(address) / slotsInChunk);
    }

    /** Where in {@link #data} the page begins. */
    int index(long address) {
        return slot(address) % slotsInChunk * pageSize;
    }

    private int slot(long address) {
        return (int) (address / pageSize) & (addresses.length - 1);
    }

    private ByteBuffer chunk(int number) {
        ByteBuffer chunk = chunks[number];
        if (chunk == null) {
            chunk = arena.allocate((long) slotsInChunk * pageSize, 8).asByteBuffer();
            chunks[number] = chunk;
        }
        return chunk;
    }

    @Override
    public void close() {
        arena.close();
    }
}
