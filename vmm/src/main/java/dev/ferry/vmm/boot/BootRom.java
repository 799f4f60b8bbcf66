package dev.ferry.vmm.boot;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The firmware for guests that bring none. */
public final class BootRom {

    private static final String RESOURCE = "bootrom.bin";

    private BootRom() {}

    /** The image, {@link FirmwareImage#UNIT_BYTES} long. */
    public static byte[] image() {
        try (InputStream in = BootRom.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException(RESOURCE + " is not among the classes");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
