package dev.ferry.testdata.qemu;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * The guest of the x86 captures: a firmware image that fills memory, prints {@code READY}, then
 * changes memory and prints the alphabet for ever. Its source is {@code guests/capguest.asm}, which
 * {@code guests/assemble} turns into the image.
 */
final class CaptureGuest {
    /** Where the parameters begin, behind a mark of four bytes. */
    private static final int PARAMETERS = 0x104;

    private static final String IMAGE = "/dev/ferry/testdata/guests/capguest.bin";

    /** The parameters' order in the image; each is 32 bits, little-endian. */
    private static final List<String> NAMES =
            List.of(
                    "seed",
                    "fill_start",
                    "fill_end",
                    "dirty_start",
                    "dirty_len",
                    "period",
                    "delay",
                    "flags",
                    "state_page");

    private CaptureGuest() {}

    /** The image with these parameters, by name; one that is missing keeps its default. */
    static byte[] image(JsonNode parameters) throws IOException {
        byte[] image;
        try (InputStream in = CaptureGuest.class.getResourceAsStream(IMAGE)) {
            if (in == null) {
                throw new IllegalStateException("the guest's image is not in the jar: " + IMAGE);
            }
            image = in.readAllBytes();
        }
        ByteBuffer words = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < NAMES.size(); i++) {
            JsonNode value = parameters.path(NAMES.get(i));
            if (!value.isMissingNode()) {
                words.putInt(PARAMETERS + 4 * i, (int) value.asLong());
            }
        }
        return image;
    }
}
