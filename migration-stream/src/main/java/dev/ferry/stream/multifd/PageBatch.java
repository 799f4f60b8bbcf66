package dev.ferry.stream.multifd;

import dev.ferry.stream.ram.RamBlock;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Pages on their way to a channel: what will be one packet. The bytes are copied into it, once,
 * because whoever hands pages over lends them for a moment only. Filled by one thread, then written
 * by another, then filled again.
 */
final class PageBatch {

    private final int pageSize;
    private final long[] normal;
    private final long[] zero;
    private final ByteBuffer pages = ByteBuffer.allocateDirect(MultiFdPacket.MULTIFD_PACKET_SIZE);
    private @Nullable RamBlock block;
    private int normalPages;
    private int zeroPages;
    private long number;
    private boolean sync;

    PageBatch(int pageSize) {
        this.pageSize = pageSize;
        this.normal = new long[MultiFdPacket.slots(pageSize)];
        this.zero = new long[normal.length];
    }

    /** Empties it, for pages of {@code of}. */
    void begin(RamBlock of) {
        block = of;
        normalPages = 0;
        zeroPages = 0;
        sync = false;
        pages.clear();
    }

    RamBlock block() {
        if (block == null) {
            throw new IllegalStateException("a batch of no block");
        }
        return block;
    }

    boolean full() {
        return normalPages + zeroPages == normal.length;
    }

    /** Adds a page with the bytes of {@code from} at {@code index}. */
    void page(long offset, ByteBuffer from, int index) {
        int to = pages.position();
        pages.put(to, from, index, pageSize).position(to + pageSize);
        normal[normalPages++] = offset;
    }

    /** Adds a page of one repeated byte, with the content. */
    void filled(long offset, byte value) {
        for (int i = 0; i < pageSize; i += Long.BYTES) {
            pages.putLong(0x0101010101010101L * (value & 0xff));
        }
        normal[normalPages++] = offset;
    }

    /** Adds a zero page, without content. */
    void zeroPage(long offset) {
        zero[zeroPages++] = offset;
    }

    /** Settles the packet's number, and whether it is a SYNC too. */
    void seal(long packetNumber, boolean withSync) {
        number = packetNumber;
        sync = withSync;
        pages.flip();
    }

    long number() {
        return number;
    }

    boolean sync() {
        return sync;
    }

    int normalPages() {
        return normalPages;
    }

    /** The normal pages' bytes, one page after the other. */
    ByteBuffer pages() {
        return pages;
    }

    /** Tells the packet which pages there are. */
    void describe(MultiFdPacket packet) {
        packet.name(block().id());
        packet.counts(normalPages, zeroPages);
        for (int i = 0; i < normalPages; i++) {
            packet.pageOffset(i, normal[i]);
        }
        for (int i = 0; i < zeroPages; i++) {
            packet.pageOffset(normalPages + i, zero[i]);
        }
    }
}
