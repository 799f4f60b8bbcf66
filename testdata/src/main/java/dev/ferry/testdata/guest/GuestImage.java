package dev.ferry.testdata.guest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A guest's image with its parameters. What they mean, and what each guest does, is told at the top
 * of its source. Immutable.
 */
public final class GuestImage {

    private static final String RESOURCES = "/dev/ferry/testdata/guests/";

    private final List<String> parameters;
    private final int at;
    private final byte[] bytes;

    private GuestImage(List<String> parameters, int at, byte[] bytes) {
        this.parameters = parameters;
        this.at = at;
        this.bytes = bytes;
    }

    /** A boot sector that fills memory, then dirties it for ever and prints the alphabet. */
    public static GuestImage dirtier() {
        return load(
                "dirtier",
                0x14,
                "seed",
                "fill_start",
                "fill_end",
                "dirty_start",
                "dirty_len",
                "period",
                "delay",
                "letters");
    }

    /** Firmware that counts timer interrupts of every sort, then works and counts. */
    public static GuestImage irq() {
        return load("irq", 0x104, "ticks", "period", "letters", "divisor", "count");
    }

    /** Firmware of several processors that count together. */
    public static GuestImage smp4() {
        return load("smp4", 0x104, "cpus", "rounds", "period", "letters");
    }

    /** Flash with firmware and kernel of a guest with encrypted memory. */
    public static GuestImage sev() {
        return load(
                "sev", 0x104, "ram", "vars", "period", "delay", "flags", "seed", "calls", "first",
                "frames", "lines");
    }

    private static GuestImage load(String name, int at, String... parameters) {
        String resource = RESOURCES + name + ".bin";
        try (InputStream in = GuestImage.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("the guest's image is not in the jar: " + resource);
            }
            return new GuestImage(List.of(parameters), at, in.readAllBytes());
        } catch (IOException e) {
            throw new IllegalStateException("the guest's image cannot be read: " + resource, e);
        }
    }

    /**
     * The same with a parameter.
     *
     * @throws IllegalArgumentException if the guest has none of that name
     */
    public GuestImage with(String parameter, int value) {
        byte[] changed = bytes.clone();
        words(changed).putInt(offset(parameter), value);
        return new GuestImage(parameters, at, changed);
    }

    /** A parameter's value. */
    public int get(String parameter) {
        return words(bytes).getInt(offset(parameter));
    }

    private int offset(String parameter) {
        int index = parameters.indexOf(parameter);
        if (index < 0) {
            throw new IllegalArgumentException(
                    "parameter '" + parameter + "': expected one of " + parameters);
        }
        return at + 4 * index;
    }

    private static ByteBuffer words(byte[] image) {
        return ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The image; a copy. */
    public byte[] bytes() {
        return bytes.clone();
    }
}
