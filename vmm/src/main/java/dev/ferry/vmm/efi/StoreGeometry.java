package dev.ferry.vmm.efi;

/**
 * Where things are in a volume of variables: the store, EDK2's event log, the working block of
 * fault tolerant writes, and the spare area, which has the rest. Bytes.
 *
 * @param volume the whole volume, a multiple of {@code block}
 * @param block what flash erases at once
 * @param variables the volume's header and the variable store
 * @param eventLog unused by today's firmware
 * @param working the working block
 */
public record StoreGeometry(int volume, int block, int variables, int eventLog, int working) {

    /** OVMF_VARS.fd of a 2 MiB build: 128 KiB. Source: EDK2 OvmfPkg VarStore.fdf.inc. */
    public static final StoreGeometry OVMF_2M =
            new StoreGeometry(0x20000, 0x1000, 0xe000, 0x1000, 0x1000);

    /** OVMF_VARS.fd of a 4 MiB build: 528 KiB. */
    public static final StoreGeometry OVMF_4M =
            new StoreGeometry(0x84000, 0x1000, 0x40000, 0x1000, 0x1000);

    public StoreGeometry {
        if (block <= 0
                || volume % block != 0
                || variables <= 0x100
                || eventLog < 0
                || working <= WorkingBlock.BYTES
                || (long) variables + eventLog + working > volume) {
            throw new IllegalArgumentException("the parts do not fit into the volume");
        }
    }

    /** Where the working block begins. */
    int workingAt() {
        return variables + eventLog;
    }
}
