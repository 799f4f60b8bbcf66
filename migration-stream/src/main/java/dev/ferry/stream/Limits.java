package dev.ferry.stream;

/**
 * What reading one stream may cost at most. A stream that asks for more ends in a {@link
 * LimitExceededException}; nothing is allocated before the check.
 *
 * @param descriptionBytes longest device description (JSON) accepted
 * @param commandBytes longest payload of a PACKAGED command
 * @param packagedDepth how deep PACKAGED commands may nest (QEMU never nests them)
 * @param ramBlocks most RAM blocks in a block list
 * @param deviceBytes longest state of one device
 * @param spoolMemoryBytes how much of an input that cannot seek is kept in memory before a
 *     temporary file takes over
 * @param spoolBytes longest such temporary file
 * @param xmlBytes longest libvirt domain description (XML and cookie with their padding)
 * @param snapshotTableBytes longest qcow2 snapshot table, and longest L1 table
 * @param findings most findings kept; later ones are only counted
 */
public record Limits(
        int descriptionBytes,
        long commandBytes,
        int packagedDepth,
        int ramBlocks,
        int deviceBytes,
        int spoolMemoryBytes,
        long spoolBytes,
        int xmlBytes,
        int snapshotTableBytes,
        int findings) {

    /** Generous for any real VM, small beside a hostile length field. */
    public static final Limits DEFAULT =
            new Limits(
                    16 << 20, 1L << 32, 4, 4096, 64 << 20, 16 << 20, 1L << 40, 16 << 20, 32 << 20,
                    1000);

    /** The same with another longest state of a device. */
    public Limits withDeviceBytes(int bytes) {
        return new Limits(
                descriptionBytes,
                commandBytes,
                packagedDepth,
                ramBlocks,
                bytes,
                spoolMemoryBytes,
                spoolBytes,
                xmlBytes,
                snapshotTableBytes,
                findings);
    }

    /** The same with another number of RAM blocks. */
    public Limits withRamBlocks(int blocks) {
        return new Limits(
                descriptionBytes,
                commandBytes,
                packagedDepth,
                blocks,
                deviceBytes,
                spoolMemoryBytes,
                spoolBytes,
                xmlBytes,
                snapshotTableBytes,
                findings);
    }

    /** The same with another length and depth of packages. */
    public Limits withPackages(long bytes, int depth) {
        return new Limits(
                descriptionBytes,
                bytes,
                depth,
                ramBlocks,
                deviceBytes,
                spoolMemoryBytes,
                spoolBytes,
                xmlBytes,
                snapshotTableBytes,
                findings);
    }

    /** The same with other bounds on what is kept of an input that cannot seek. */
    public Limits withSpool(int memoryBytes, long bytes) {
        return new Limits(
                descriptionBytes,
                commandBytes,
                packagedDepth,
                ramBlocks,
                deviceBytes,
                memoryBytes,
                bytes,
                xmlBytes,
                snapshotTableBytes,
                findings);
    }
}
