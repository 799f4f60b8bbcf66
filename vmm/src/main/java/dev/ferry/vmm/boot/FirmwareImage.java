package dev.ferry.vmm.boot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A firmware image: mapped so that it ends at 4 GiB, its last 128 KiB once more so that they end at
 * 1 MiB.
 *
 * <p>Source: QEMU hw/i386/x86-common.c, x86_bios_rom_init.
 */
public final class FirmwareImage {

    /** What an image's length is a multiple of. */
    public static final int UNIT_BYTES = 1 << 16;

    /** The longest image there is room for. */
    public static final int MAX_BYTES = 1 << 24;

    private FirmwareImage() {}

    /**
     * Reads one.
     *
     * @throws BootException if its length is none that firmware has
     */
    public static byte[] read(Path file) throws IOException {
        long length = Files.size(file);
        if (length == 0 || length % UNIT_BYTES != 0 || length > MAX_BYTES) {
            throw new BootException(
                    "firmware "
                            + file
                            + ": expected a multiple of 64 KiB, 16 MiB at most, found "
                            + length
                            + " bytes");
        }
        return Files.readAllBytes(file);
    }
}
