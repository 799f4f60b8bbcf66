package dev.ferry.stream.container;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import dev.ferry.stream.MalformedStreamException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Unpacks compressed clusters and keeps the last one.
 *
 * <p>The L2 entry of one has, below bit 62, the number of 512-byte sectors it touches beyond the
 * first, and below that (bits 0 to 69 minus the cluster bits) the byte offset of its data: raw
 * deflate, or a zstd frame. What follows the data in its last sector belongs to others.
 */
final class Qcow2CompressedCluster {

    private static final int SECTOR = 512;

    private final RandomAccess image;
    private final Qcow2Header header;
    private final ByteBuffer cluster;
    private ByteBuffer packed = ByteBuffer.allocateDirect(0);
    private long unpackedEntry;
    private @Nullable Inflater inflater;
    private @Nullable ZstdDecompressCtx zstd;

    Qcow2CompressedCluster(RandomAccess image, Qcow2Header header) {
        this.image = image;
        this.header = header;
        this.cluster = ByteBuffer.allocateDirect(header.clusterSize());
    }

    /**
     * The cluster's bytes; valid until the next call.
     *
     * @param entry its L2 entry
     * @param guest its guest offset, for errors
     */
    ByteBuffer unpack(long entry, long guest) throws IOException {
        if (entry == unpackedEntry) {
            return cluster;
        }
        unpackedEntry = 0;
        int sectorBits = header.clusterBits() - 8;
        int offsetBits = 62 - sectorBits;
        long offset = entry & ((1L << offsetBits) - 1);
        int sectors = (int) (entry >>> offsetBits & ((1 << sectorBits) - 1)) + 1;
        long length = (long) sectors * SECTOR - (offset & (SECTOR - 1));
        String what = "qcow2 compressed cluster of guest offset 0x" + Long.toHexString(guest);
        image.requireInside(offset, 1, what);
        // The file need not be filled up to the last sector's end.
        length = Math.min(length, image.size() - offset);
        ByteBuffer packed = packed((int) length);
        image.readFully(offset, packed, what);
        cluster.clear();
        try {
            if (header.zstd()) {
                unzstd(packed.flip());
            } else {
                inflate(packed.flip());
            }
        } catch (DataFormatException | ZstdException e) {
            throw new MalformedStreamException(
                    what + ": damaged (" + e.getMessage() + ")", image.at(offset), e);
        }
        if (cluster.hasRemaining()) {
            throw image.malformed(
                    offset,
                    what
                            + ": expected "
                            + header.clusterSize()
                            + " bytes, unpacked "
                            + cluster.position());
        }
        unpackedEntry = entry;
        return cluster;
    }

    private ByteBuffer packed(int length) {
        if (packed.capacity() < length) {
            packed = ByteBuffer.allocateDirect(Math.max(length, header.clusterSize()));
        }
        return packed.clear().limit(length);
    }

    private void inflate(ByteBuffer packed) throws DataFormatException {
        if (inflater == null) {
            inflater = new Inflater(true);
        }
        inflater.reset();
        inflater.setInput(packed);
        while (cluster.hasRemaining() && inflater.inflate(cluster) > 0) {
            // until the cluster is full or the data ends
        }
    }

    private void unzstd(ByteBuffer packed) {
        if (zstd == null) {
            zstd = new ZstdDecompressCtx();
        }
        zstd.reset();
        int before = -1;
        while (cluster.hasRemaining() && cluster.position() + packed.position() > before) {
            before = cluster.position() + packed.position();
            zstd.decompressDirectByteBufferStream(cluster, packed);
        }
    }

    void close() {
        if (inflater != null) {
            inflater.end();
        }
        if (zstd != null) {
            zstd.close();
        }
    }
}
