package dev.ferry.stream.container;

import dev.ferry.stream.io.ByteSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalLong;

/**
 * The VM state of a snapshot, cluster by cluster. What no cluster holds is zero: a backing file has
 * no VM state and is not asked.
 */
final class Qcow2VmStateSource implements ByteSource {

    /** L2 entry: zero cluster (version 3). */
    private static final long ZERO = 1;

    /** L2 entry: compressed cluster. */
    private static final long COMPRESSED = 1L << 62;

    private static final int SUBCLUSTERS = 32;

    private final RandomAccess image;
    private final Qcow2Header header;
    private final Qcow2ClusterMap map;
    private final Qcow2CompressedCluster compressed;
    private final long guestOffset;
    private final long size;
    private long position;

    /**
     * @param guestOffset where the state begins
     * @param size its length; the range has been checked against the map
     */
    Qcow2VmStateSource(
            RandomAccess image,
            Qcow2Header header,
            Qcow2ClusterMap map,
            long guestOffset,
            long size) {
        this.image = image;
        this.header = header;
        this.map = map;
        this.compressed = new Qcow2CompressedCluster(image, header);
        this.guestOffset = guestOffset;
        this.size = size;
    }

    @Override
    public String name() {
        return image.source().name();
    }

    @Override
    public int read(ByteBuffer dst) throws IOException {
        if (position >= size) {
            return -1;
        }
        int begin = dst.position();
        int limit = dst.limit();
        try {
            while (dst.position() < limit && position < size) {
                int inCluster = (int) (position & (header.clusterSize() - 1));
                long left = Math.min(header.clusterSize() - inCluster, size - position);
                dst.limit(dst.position() + (int) Math.min(left, limit - dst.position()));
                int n = dst.remaining();
                readCluster(guestOffset + position, inCluster, dst);
                position += n;
            }
            return dst.position() - begin;
        } finally {
            dst.limit(limit);
        }
    }

    /** Fills {@code dst} from within one cluster. */
    private void readCluster(long guest, int inCluster, ByteBuffer dst) throws IOException {
        long entry = map.entry(guest);
        if ((entry & COMPRESSED) != 0) {
            ByteBuffer cluster = compressed.unpack(entry, guest);
            int n = dst.remaining();
            dst.put(dst.position(), cluster, inCluster, n);
            dst.position(dst.limit());
        } else if (header.extendedL2()) {
            readSubclusters(guest, entry, inCluster, dst);
        } else if ((entry & ZERO) != 0) {
            if (header.version() < 3) {
                throw image.malformed(0, at(guest) + ": zero cluster in a version 2 image");
            }
            zero(dst, dst.remaining());
        } else {
            readData(guest, entry, inCluster, dst);
        }
    }

    private void readSubclusters(long guest, long entry, int inCluster, ByteBuffer dst)
            throws IOException {
        int allocated = (int) map.subclusters(guest);
        int zeros = (int) (map.subclusters(guest) >>> 32);
        if ((allocated & zeros) != 0) {
            throw image.malformed(
                    0,
                    at(guest)
                            + ": subclusters both allocated and zero, bitmap 0x"
                            + Integer.toHexString(zeros)
                            + '/'
                            + Integer.toHexString(allocated));
        }
        if (allocated != 0 && Qcow2ClusterMap.hostOffset(entry) == 0) {
            throw image.malformed(0, at(guest) + ": allocated subclusters without a cluster");
        }
        int subcluster = header.clusterSize() / SUBCLUSTERS;
        int limit = dst.limit();
        int offset = inCluster;
        while (dst.position() < limit) {
            int index = offset / subcluster;
            int n = Math.min(limit - dst.position(), (index + 1) * subcluster - offset);
            if ((allocated >>> index & 1) != 0) {
                dst.limit(dst.position() + n);
                readData(guest, entry, offset, dst);
                dst.limit(limit);
            } else {
                zero(dst, n);
            }
            offset += n;
        }
    }

    private void readData(long guest, long entry, int inCluster, ByteBuffer dst)
            throws IOException {
        long host = Qcow2ClusterMap.hostOffset(entry);
        if (host == 0) {
            zero(dst, dst.remaining());
            return;
        }
        map.requireCluster(host, host, at(guest));
        map.requireApart(host, host, at(guest));
        image.readFully(host + inCluster, dst, "qcow2 " + "VM state cluster");
    }

    private static void zero(ByteBuffer dst, int n) {
        for (int i = 0; i < n; i++) {
            dst.put((byte) 0);
        }
    }

    private static String at(long guest) {
        return "VM state cluster of guest offset 0x" + Long.toHexString(guest);
    }

    @Override
    public OptionalLong size() {
        return OptionalLong.of(size);
    }

    @Override
    public boolean seekable() {
        return true;
    }

    @Override
    public void position(long offset) {
        position = offset;
    }

    @Override
    public void close() throws IOException {
        compressed.close();
        image.source().close();
    }
}
