package dev.ferry.stream.container;

import java.time.Instant;
import java.util.OptionalLong;

/**
 * One entry of a qcow2 snapshot table (QEMU docs/interop/qcow2.txt, "Snapshots").
 *
 * @param id the id, decimal by custom
 * @param name the name (tag) it was given
 * @param date when it was taken, by the host's clock
 * @param vmClockNanos how long the guest had run
 * @param vmStateSize length of the VM state; 0: only the disk was taken
 * @param diskSize virtual disk size at that time, where the entry has it
 * @param icount instructions executed, where the entry has it and the guest counted them
 * @param l1TableOffset file offset of the snapshot's L1 table
 * @param l1Entries length of that table
 * @param extraDataLength bytes of optional fields, known or not
 */
public record Qcow2SnapshotEntry(
        String id,
        String name,
        Instant date,
        long vmClockNanos,
        long vmStateSize,
        OptionalLong diskSize,
        OptionalLong icount,
        long l1TableOffset,
        long l1Entries,
        int extraDataLength) {

    /** Whether there is a machine to restore and not only a disk. */
    public boolean hasVmState() {
        return vmStateSize != 0;
    }

    /** As a line of a list: id, name, date, VM state size. */
    @Override
    public String toString() {
        return id + " '" + name + "' of " + date + ", " + vmStateSize + " bytes of VM state";
    }
}
