package dev.ferry.stream.container;

import dev.ferry.stream.io.ByteSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A qcow2 image opened for the VM state of one snapshot.
 *
 * @param snapshot what was found and chosen
 * @param vmState the state's bytes; closing it closes the image
 */
record Qcow2Image(Qcow2Snapshot snapshot, ByteSource vmState) {

    /**
     * @param source the image; seekable
     */
    static Qcow2Image open(ByteSource source, OpenOptions options) throws IOException {
        RandomAccess image = new RandomAccess(source);
        Qcow2Header header = Qcow2Header.read(image);
        List<Qcow2SnapshotEntry> all = Qcow2SnapshotTable.read(image, header, options.limits());
        Qcow2SnapshotEntry chosen = Qcow2SnapshotTable.choose(all, options.snapshot(), image);
        long offset = vmStateOffset(image, header, chosen);
        Qcow2ClusterMap map = new Qcow2ClusterMap(image, header, chosen);
        Qcow2VmStateSource vmState =
                new Qcow2VmStateSource(image, header, map, offset, chosen.vmStateSize());
        checkMagic(image, vmState);
        Qcow2Snapshot snapshot =
                new Qcow2Snapshot(
                        header.version(),
                        header.clusterSize(),
                        header.virtualSize(),
                        header.extendedL2(),
                        header.dirty(),
                        header.corrupt(),
                        all,
                        chosen,
                        offset);
        return new Qcow2Image(snapshot, vmState);
    }

    /**
     * The state lies behind the disk, from the first address on that needs an L2 table of its own
     * (QEMU block/qcow2.c, qcow2_vm_state_offset).
     */
    private static long vmStateOffset(
            RandomAccess image, Qcow2Header header, Qcow2SnapshotEntry chosen) throws IOException {
        long diskSize = chosen.diskSize().orElse(header.virtualSize());
        long granule = 1L << header.l2CoverageBits();
        long table = chosen.l1TableOffset();
        if (diskSize < 0 || diskSize > Long.MAX_VALUE - granule) {
            throw image.malformed(
                    24, "qcow2 disk size: 0x" + Long.toHexString(diskSize) + " is impossible");
        }
        long offset = (diskSize + granule - 1) & -granule;
        // At most 2^32 entries of at most 2^39 bytes do not fit a long: count in granules.
        long first = offset >>> header.l2CoverageBits();
        long size = chosen.vmStateSize();
        long needed =
                size < 0 ? Long.MAX_VALUE : ((size - 1) >>> header.l2CoverageBits()) + 1 + first;
        if (needed > chosen.l1Entries()) {
            throw image.malformed(
                    table,
                    "qcow2 snapshot '"
                            + chosen.name()
                            + "': "
                            + Long.toUnsignedString(size)
                            + " bytes of VM state from 0x"
                            + Long.toHexString(offset)
                            + " do not fit its "
                            + chosen.l1Entries()
                            + " L1 entries");
        }
        if (offset > Long.MAX_VALUE - size) {
            throw image.malformed(table, "qcow2 VM state: it ends beyond 2^63");
        }
        return offset;
    }

    private static void checkMagic(RandomAccess image, ByteSource vmState) throws IOException {
        ByteBuffer magic = ByteBuffer.allocate(4);
        while (magic.hasRemaining() && vmState.read(magic) >= 0) {
            // until all four are there
        }
        if (magic.hasRemaining() || magic.getInt(0) != 0x5145564d) {
            throw image.malformed(
                    0,
                    "VM state of the qcow2 snapshot: expected \"QEVM\", found 0x"
                            + Integer.toHexString(magic.getInt(0)));
        }
        vmState.position(0);
    }
}
