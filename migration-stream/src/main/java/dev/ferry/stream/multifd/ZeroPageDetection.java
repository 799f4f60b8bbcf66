package dev.ferry.stream.multifd;

/**
 * How pages that are zero travel, as QEMU's parameter {@code zero-page-detection} has it.
 *
 * <p>None of this makes a destination write zeros into a page that it has not received anything
 * for, but {@code NONE} and {@code LEGACY}: listed in a packet, a page's first mention leaves it as
 * the destination has it, which for RAM is zero and for ROM is the destination's own content.
 */
public enum ZeroPageDetection {
    /** As 4096 zero bytes, like any other page. */
    NONE("none"),

    /** As ZERO records on the main channel: QEMU before 9.0, machine types up to 8.2. */
    LEGACY("legacy"),

    /** As offsets in packets, without content: QEMU 9.0 and later. */
    MULTIFD("multifd");

    private final String parameter;

    ZeroPageDetection(String parameter) {
        this.parameter = parameter;
    }

    /** The parameter's value. */
    public String parameter() {
        return parameter;
    }
}
