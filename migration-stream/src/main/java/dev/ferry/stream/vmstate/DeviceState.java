package dev.ferry.stream.vmstate;

/**
 * The decoded body of one section.
 *
 * @param name the section's name (idstr), with its bus path
 * @param instance instance id, u32
 * @param version the section header's version, u32
 */
public record DeviceState(String name, long instance, long version, VmStateValue.StructValue root) {

    /** Stream offset of the body's first byte. */
    public long offset() {
        return root.offset();
    }

    /** Bytes of the body; the footer is not part of it. */
    public long length() {
        return root.length();
    }
}
