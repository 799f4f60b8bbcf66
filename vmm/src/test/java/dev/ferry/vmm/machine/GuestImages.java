package dev.ferry.vmm.machine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** Firmware images of the guests in testdata, with other parameters than they were built with. */
final class GuestImages {

    private static final int PARAMETERS = 0x100;

    private GuestImages() {}

    private static Path guests() {
        Path here = Path.of("").toAbsolutePath();
        Path root = Files.isDirectory(here.resolve("testdata")) ? here : here.getParent();
        return java.util.Objects.requireNonNull(root).resolve("testdata").resolve("guests");
    }

    /** The capture guest as it is. */
    static byte[] capguest() throws IOException {
        return Files.readAllBytes(guests().resolve("capguest.bin"));
    }

    /** The capture guest with some of its parameters set, by their offset in the block. */
    static byte[] capguest(int... offsetsAndValues) throws IOException {
        byte[] image = capguest();
        ByteBuffer parameters = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < offsetsAndValues.length; i += 2) {
            parameters.putInt(PARAMETERS + offsetsAndValues[i], offsetsAndValues[i + 1]);
        }
        return image;
    }
}
