package dev.ferry.stream.container;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * From guest addresses of one snapshot to L2 entries, by its L1 table and the L2 tables that this
 * points to. Two levels, no more: damaged tables can lead astray but not in circles.
 *
 * <p>L1 entries are read one by one when a new L2 table is needed, and few L2 tables are kept, so
 * the tables' declared sizes cost nothing.
 */
final class Qcow2ClusterMap {

    /** Bits 9 to 55 of L1 and L2 entries. */
    private static final long OFFSET = 0x00ff_ffff_ffff_fe00L;

    private static final int CACHE_BYTES = 4 << 20;
    private static final int MAX_CACHED = 64;

    private final RandomAccess image;
    private final Qcow2Header header;
    private final Qcow2SnapshotEntry snapshot;
    private final Map<Long, ByteBuffer> tables;

    /** No table: this range of the address space is empty. */
    private static final ByteBuffer UNALLOCATED = ByteBuffer.allocate(0);

    Qcow2ClusterMap(RandomAccess image, Qcow2Header header, Qcow2SnapshotEntry snapshot)
            throws IOException {
        this.image = image;
        this.header = header;
        this.snapshot = snapshot;
        requireCluster(snapshot.l1TableOffset(), snapshot.l1TableOffset(), "L1 table");
        image.requireInside(snapshot.l1TableOffset(), snapshot.l1Entries() * 8, "qcow2 L1 table");
        int most = Math.clamp(CACHE_BYTES >> header.clusterBits(), 1, MAX_CACHED);
        this.tables =
                new LinkedHashMap<>(16, 0.75f, true) {
                    private static final long serialVersionUID = 1L;

                    @Override
                    protected boolean removeEldestEntry(Map.Entry<Long, ByteBuffer> eldest) {
                        return size() > most;
                    }
                };
    }

    /**
     * The L2 entry of the cluster at {@code guestOffset}.
     *
     * @return 0 where there is no table
     */
    long entry(long guestOffset) throws IOException {
        ByteBuffer table = table(guestOffset);
        return table.capacity() == 0 ? 0 : table.getLong(index(guestOffset));
    }

    /** The subcluster bitmap beside that entry; 0 where there is no table. Extended L2 only. */
    long subclusters(long guestOffset) throws IOException {
        ByteBuffer table = table(guestOffset);
        return table.capacity() == 0 ? 0 : table.getLong(index(guestOffset) + 8);
    }

    /** Host offset in a standard L2 entry; 0 if none. */
    static long hostOffset(long entry) {
        return entry & OFFSET;
    }

    private int index(long guestOffset) {
        long cluster = guestOffset >>> header.clusterBits();
        int entries = header.clusterSize() / header.l2EntryBytes();
        return (int) (cluster & (entries - 1)) * header.l2EntryBytes();
    }

    private ByteBuffer table(long guestOffset) throws IOException {
        long index = guestOffset >>> header.l2CoverageBits();
        ByteBuffer table = tables.get(index);
        if (table == null) {
            table = readTable(index);
            tables.put(index, table);
        }
        return table;
    }

    private ByteBuffer readTable(long index) throws IOException {
        long at = snapshot.l1TableOffset() + index * 8;
        long offset = image.read(at, 8, "qcow2 L1 entry").getLong(0) & OFFSET;
        if (offset == 0) {
            return UNALLOCATED;
        }
        requireCluster(offset, at, "L2 table");
        requireApart(offset, at, "L2 table");
        return image.read(offset, header.clusterSize(), "qcow2 L2 table");
    }

    /** Checks where a cluster lies that the entry at {@code at} points to. */
    void requireCluster(long offset, long at, String what) throws IOException {
        if ((offset & (header.clusterSize() - 1)) != 0) {
            throw image.malformed(
                    at,
                    "qcow2 "
                            + what
                            + " offset: expected a multiple of the cluster size 0x"
                            + Integer.toHexString(header.clusterSize())
                            + ", found 0x"
                            + Long.toHexString(offset));
        }
        if (offset < header.clusterSize()) {
            throw image.malformed(at, "qcow2 " + what + " offset: it is the header's");
        }
    }

    /** Checks that a cluster is no part of the tables that lead to it. */
    void requireApart(long offset, long at, String what) throws IOException {
        long end = offset + header.clusterSize();
        long table = snapshot.l1TableOffset();
        if (end > table && offset < table + snapshot.l1Entries() * 8) {
            throw image.malformed(
                    at,
                    "qcow2 "
                            + what
                            + " at 0x"
                            + Long.toHexString(offset)
                            + ": it overlaps the snapshot's L1 table at 0x"
                            + Long.toHexString(table));
        }
        if (offset <= header.snapshotsOffset() && end > header.snapshotsOffset()) {
            throw image.malformed(
                    at,
                    "qcow2 "
                            + what
                            + " at 0x"
                            + Long.toHexString(offset)
                            + ": it overlaps the snapshot table");
        }
    }
}
