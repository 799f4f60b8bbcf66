package dev.ferry.testdata;

import java.util.OptionalLong;

/**
 * One RAM block as it was when the migration ended, read from a QEMU process and not from the
 * stream; {@link #fromQemu()} names the exception. A number that nobody could ask for at capture
 * time is empty.
 *
 * @param idstr QEMU's name of the block
 * @param used bytes in use; the digest covers exactly these
 * @param max bytes the block may grow to
 * @param sha256 lower-case hex digest of the content
 * @param hostPageSize size of the pages that back the block; the stream's page size is {@link
 *     Fixture#targetPageSize()}
 * @param zero4kPages how many 4 KiB pages are all zero, whatever the target's page size
 * @param nonzero4kPages how many are not
 * @param how where the content was read
 */
public record RamBlockTruth(
        String idstr,
        long used,
        OptionalLong max,
        String sha256,
        OptionalLong hostPageSize,
        OptionalLong zero4kPages,
        OptionalLong nonzero4kPages,
        String how) {

    /**
     * Whether the digest is QEMU's word. QEMU 7.2 under libvirt gives no address for the ACPI
     * blocks; there the digest is that of a small independent reader's reconstruction from the
     * stream, a second opinion only.
     */
    public boolean fromQemu() {
        return !how.startsWith("rebuilt from the stream");
    }
}
