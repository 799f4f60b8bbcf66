package dev.ferry.stream.dump;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;

/** Some pages on their way into a kdump file. */
final class KdumpBatch {

    /** Pages in a batch: enough that handing it over costs nothing, few enough to have many. */
    static final int PAGES = 32;

    private final int pageSize;
    private final byte[] pages;
    private final ByteBuffer words;
    private final byte[] packed;
    private final int[] indices = new int[PAGES];

    /** Bytes of each page in {@link #packed}, 0 for a page of zeros. */
    private final int[] lengths = new int[PAGES];

    private final boolean[] stored = new boolean[PAGES];
    private final ByteBuffer descriptors =
            ByteBuffer.allocate(PAGES * KdumpPages.DESCRIPTOR).order(ByteOrder.LITTLE_ENDIAN);
    private int count;
    private int packedLength;
    private long sequence;

    KdumpBatch(int pageSize, int room) {
        this.pageSize = pageSize;
        pages = new byte[PAGES * pageSize];
        words = ByteBuffer.wrap(pages).order(ByteOrder.nativeOrder());
        packed = new byte[(PAGES - 1) * pageSize + Math.max(room, pageSize)];
    }

    void begin(long number) {
        sequence = number;
        count = 0;
        packedLength = 0;
    }

    long sequence() {
        return sequence;
    }

    boolean full() {
        return count == PAGES;
    }

    boolean empty() {
        return count == 0;
    }

    /** Where the next page's bytes are put, before {@link #add}. */
    int nextAt() {
        return count * pageSize;
    }

    byte[] pages() {
        return pages;
    }

    /** The page at {@link #nextAt} has descriptor number {@code index}. */
    void add(int index) {
        indices[count++] = index;
    }

    void compress(PageCompressor compressor) {
        for (int i = 0; i < count; i++) {
            int at = i * pageSize;
            if (zero(at)) {
                lengths[i] = 0;
                continue;
            }
            int length = compressor.compress(pages, at, pageSize, packed, packedLength);
            stored[i] = length >= pageSize;
            if (stored[i]) {
                length = pageSize;
                System.arraycopy(pages, at, packed, packedLength, pageSize);
            }
            lengths[i] = length;
            packedLength += length;
        }
    }

    private boolean zero(int at) {
        for (int i = at; i < at + pageSize; i += 8) {
            if (words.getLong(i) != 0) {
                return false;
            }
        }
        return true;
    }

    int packedLength() {
        return packedLength;
    }

    ByteBuffer packed() {
        return ByteBuffer.wrap(packed, 0, packedLength);
    }

    /**
     * Writes the descriptors of the batch's pages and marks them in {@code written}.
     *
     * @param dataAt where the packed data is
     */
    void describe(KdumpWriter.Chunks out, long descriptorsAt, long dataAt, int flag, BitSet written)
            throws java.io.IOException {
        long at = dataAt;
        for (int i = 0; i < count; ) {
            int first = i;
            descriptors.clear();
            while (i < count && lengths[i] > 0 && indices[i] == indices[first] + i - first) {
                descriptors.putLong(at).putInt(lengths[i]).putInt(stored[i] ? 0 : flag).putLong(0);
                at += lengths[i];
                i++;
            }
            if (i == first) {
                i++;
                continue;
            }
            written.set(indices[first], indices[first] + i - first);
            out.put(
                    descriptors.flip(),
                    descriptorsAt + (long) indices[first] * KdumpPages.DESCRIPTOR);
        }
    }
}
