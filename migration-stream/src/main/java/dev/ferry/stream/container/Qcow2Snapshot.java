package dev.ferry.stream.container;

import java.util.List;

/**
 * VM state in an internal snapshot of a qcow2 image ({@code savevm}, {@code snapshot-save}).
 *
 * @param version of the image, 2 or 3
 * @param clusterSize in bytes
 * @param virtualSize of the disk now, in bytes
 * @param extendedL2 whether clusters are kept in subclusters
 * @param dirty whether the image says that its reference counts may be wrong (QEMU did not close
 *     it); reading does not need them
 * @param corrupt whether QEMU found the image damaged and marked it so
 * @param snapshots the whole snapshot table, in its order
 * @param chosen whose state this is
 * @param vmStateOffset where the state begins in the snapshot's guest address space: behind the
 *     disk, at the next address that an L2 table of its own covers
 */
public record Qcow2Snapshot(
        int version,
        int clusterSize,
        long virtualSize,
        boolean extendedL2,
        boolean dirty,
        boolean corrupt,
        List<Qcow2SnapshotEntry> snapshots,
        Qcow2SnapshotEntry chosen,
        long vmStateOffset)
        implements Container {

    public Qcow2Snapshot {
        snapshots = List.copyOf(snapshots);
    }

    /** Length of the state in bytes. */
    public long vmStateSize() {
        return chosen.vmStateSize();
    }
}
