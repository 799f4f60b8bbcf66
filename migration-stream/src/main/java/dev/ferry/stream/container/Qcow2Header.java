package dev.ferry.stream.container;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Header of a qcow2 image, all big endian (QEMU docs/interop/qcow2.txt, block/qcow2.c
 * qcow2_do_open).
 *
 * <pre>
 *   0  "QFI\xfb"                   40  u64 L1 table offset
 *   4  u32 version 2 or 3          60  u32 number of snapshots
 *  20  u32 cluster bits            64  u64 snapshot table offset
 *  24  u64 virtual size            72  u64 incompatible features (version 3)
 *  32  u32 encryption            100  u32 header length (version 3)
 *  36  u32 L1 entries            104  u8  compression type (header longer than 104)
 * </pre>
 *
 * @param incompatible feature bits; 0 in version 2
 * @param zstd whether compressed clusters are zstd and not deflate
 */
record Qcow2Header(
        int version,
        int clusterBits,
        long virtualSize,
        int snapshotCount,
        long snapshotsOffset,
        long incompatible,
        boolean zstd) {

    private static final String MAGIC = "QFI\u00fb";

    private static final int VERSION_2_BYTES = 72;
    private static final int VERSION_3_BYTES = 104;

    private static final int DIRTY = 1;
    private static final int CORRUPT = 1 << 1;
    private static final int EXTERNAL_DATA_FILE = 1 << 2;
    private static final int COMPRESSION_TYPE = 1 << 3;
    private static final int EXTENDED_L2 = 1 << 4;
    private static final int KNOWN = DIRTY | CORRUPT | COMPRESSION_TYPE | EXTENDED_L2;

    private static final int MIN_CLUSTER_BITS = 9;
    private static final int MAX_CLUSTER_BITS = 21;
    private static final int MIN_EXTENDED_CLUSTER_BITS = 14;

    /** QEMU's QCOW_MAX_SNAPSHOTS. */
    private static final int MAX_SNAPSHOTS = 65536;

    static boolean isNext(Lookahead in) throws IOException {
        return in.startsWith(MAGIC);
    }

    static boolean isCutShort(Lookahead in) throws IOException {
        return in.endsInside(MAGIC);
    }

    int clusterSize() {
        return 1 << clusterBits;
    }

    boolean dirty() {
        return (incompatible & DIRTY) != 0;
    }

    boolean corrupt() {
        return (incompatible & CORRUPT) != 0;
    }

    /** Whether L2 entries have a bitmap of subclusters beside them. */
    boolean extendedL2() {
        return (incompatible & EXTENDED_L2) != 0;
    }

    int l2EntryBytes() {
        return extendedL2() ? 16 : 8;
    }

    /** How much guest address space one L2 table covers, as a power of two. */
    int l2CoverageBits() {
        return 2 * clusterBits - (extendedL2() ? 4 : 3);
    }

    static Qcow2Header read(RandomAccess image) throws IOException {
        ByteBuffer header = image.read(0, VERSION_2_BYTES, "qcow2 header");
        int version = header.getInt(4);
        if (version != 2 && version != 3) {
            throw image.unsupported(
                    4,
                    "qcow2 version: found "
                            + Integer.toUnsignedString(version)
                            + ", 2 and 3 are known");
        }
        int encryption = header.getInt(32);
        if (encryption != 0) {
            throw image.unsupported(
                    32,
                    "qcow2 image is encrypted ("
                            + (encryption == 1 ? "AES" : encryption == 2 ? "LUKS" : "unknown")
                            + "), VM state included; decrypt it with qemu-img convert first");
        }
        long incompatible = 0;
        boolean zstd = false;
        if (version == 3) {
            incompatible = incompatible(image);
            zstd = (incompatible & COMPRESSION_TYPE) != 0 && isZstd(image);
        }
        Qcow2Header read =
                new Qcow2Header(
                        version,
                        header.getInt(20),
                        header.getLong(24),
                        header.getInt(60),
                        header.getLong(64),
                        incompatible,
                        zstd);
        read.check(image);
        return read;
    }

    private static long incompatible(RandomAccess image) throws IOException {
        ByteBuffer header = image.read(0, VERSION_3_BYTES, "qcow2 header");
        long incompatible = header.getLong(72);
        if ((incompatible & EXTERNAL_DATA_FILE) != 0) {
            throw image.unsupported(72, "qcow2 image keeps its data in an external file");
        }
        if ((incompatible & ~KNOWN) != 0) {
            throw image.unsupported(
                    72,
                    "qcow2 incompatible features: found unknown bits 0x"
                            + Long.toHexString(incompatible & ~KNOWN));
        }
        return incompatible;
    }

    private static boolean isZstd(RandomAccess image) throws IOException {
        int length = image.read(100, 4, "qcow2 header length").getInt(0);
        if (Integer.compareUnsigned(length, VERSION_3_BYTES) <= 0) {
            throw image.malformed(
                    100,
                    "qcow2 header length: expected more than 104 with a compression type, found "
                            + Integer.toUnsignedString(length));
        }
        int type = image.read(VERSION_3_BYTES, 1, "qcow2 compression type").get(0) & 0xff;
        if (type > 1) {
            throw image.unsupported(
                    VERSION_3_BYTES,
                    "qcow2 compression type: found " + type + ", 0 (zlib) and 1 (zstd) are known");
        }
        return type == 1;
    }

    private void check(RandomAccess image) throws IOException {
        int least = extendedL2() ? MIN_EXTENDED_CLUSTER_BITS : MIN_CLUSTER_BITS;
        if (clusterBits < least || clusterBits > MAX_CLUSTER_BITS) {
            throw image.malformed(
                    20,
                    "qcow2 cluster bits: expected "
                            + least
                            + " to 21, found "
                            + Integer.toUnsignedString(clusterBits));
        }
        if (snapshotCount < 0 || snapshotCount > MAX_SNAPSHOTS) {
            throw image.malformed(
                    60,
                    "qcow2 snapshot count: expected at most "
                            + MAX_SNAPSHOTS
                            + ", found "
                            + Integer.toUnsignedString(snapshotCount));
        }
        if (snapshotCount > 0 && (snapshotsOffset & (clusterSize() - 1)) != 0) {
            throw image.malformed(
                    64,
                    "qcow2 snapshot table offset: expected a multiple of the cluster size, found"
                            + " 0x"
                            + Long.toHexString(snapshotsOffset));
        }
    }
}
