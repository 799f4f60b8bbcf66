package dev.ferry.stream.edit;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is to be changed in a stream; everything else stays as it is. {@link EditPlanner} finds the
 * places.
 *
 * <p>Sections are named as {@code NAME} or {@code NAME/INSTANCE}, where the last part of a name
 * with a bus path will do if it is unique: {@code cpu/0}, {@code 0000:00:01.3/piix4_pm}, {@code
 * piix4_pm}.
 */
public final class StreamEdits {

    /** A name is preceded by its length in one byte. */
    private static final int LONGEST_NAME = 255;

    /**
     * A new value for a field.
     *
     * @param path device and field, as in {@code cpu/0.env.regs[0]}
     * @param value as the user wrote it
     */
    record Assignment(String path, String value) {}

    private Optional<String> machine = Optional.empty();
    private final List<String> sections = new ArrayList<>();
    private final List<String> subsections = new ArrayList<>();
    private final Map<String, String> blocks = new LinkedHashMap<>();
    private final List<Assignment> assignments = new ArrayList<>();

    /** Nothing is to be changed. */
    public StreamEdits() {}

    /**
     * Gives the configuration section another machine name, at most 255 bytes long. QEMU also takes
     * the beginning of its machine's name, and an empty one.
     */
    public StreamEdits machine(String name) throws EditException {
        requireLength(name, "machine name");
        machine = Optional.of(Names.wire(name));
        return this;
    }

    /** Drops a section other than RAM, with all its parts, and its description. */
    public StreamEdits drop(String section) {
        sections.add(Names.wire(section));
        return this;
    }

    /**
     * Drops a subsection wherever it is in a device.
     *
     * @param deviceAndName the device, a colon, the subsection's full name: {@code
     *     fw_cfg:fw_cfg/dma}
     */
    public StreamEdits dropSubsection(String deviceAndName) throws EditException {
        if (deviceAndName.indexOf(':') < 0) {
            throw new EditException(
                    "subsection: expected DEVICE:NAME, found '" + deviceAndName + "'");
        }
        subsections.add(Names.wire(deviceAndName));
        return this;
    }

    /** Renames a RAM block, wherever it is named. Names may be swapped. */
    public StreamEdits renameBlock(String from, String to) throws EditException {
        requireLength(to, "block name");
        if (to.isEmpty()) {
            throw new EditException("block name: the new name of '" + from + "' is empty");
        }
        if (blocks.putIfAbsent(Names.wire(from), Names.wire(to)) != null) {
            throw new EditException("block '" + from + "' is renamed twice");
        }
        return this;
    }

    /**
     * Sets a field of a device.
     *
     * @param path the device, a dot, and the field as {@link FieldLookup} finds it
     * @param value decimal, {@code 0x} hex, {@code true}, or bytes in hex, as the field's type asks
     */
    public StreamEdits set(String path, String value) {
        assignments.add(new Assignment(Names.wire(path), value));
        return this;
    }

    private static void requireLength(String name, String what) throws EditException {
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        if (length > LONGEST_NAME) {
            throw new EditException(
                    what + ": expected at most " + LONGEST_NAME + " bytes, found " + length);
        }
    }

    /** Whether nothing is to be changed. */
    public boolean isEmpty() {
        return machine.isEmpty()
                && sections.isEmpty()
                && subsections.isEmpty()
                && blocks.isEmpty()
                && assignments.isEmpty();
    }

    /** Whether blocks are to be renamed, for which every channel of the migration is needed. */
    public boolean renamesBlocks() {
        return !blocks.isEmpty();
    }

    Optional<String> machine() {
        return machine;
    }

    List<String> sections() {
        return sections;
    }

    List<String> subsections() {
        return subsections;
    }

    Map<String, String> blocks() {
        return blocks;
    }

    List<Assignment> assignments() {
        return assignments;
    }
}
