package dev.ferry.stream.multifd;

/**
 * How pages that are zero travel, as QEMU's parameter {@code zero-page-detection} has it.
 *
 * <p>A zero page that is listed in a packet, before anything else came for it, leaves the
 * destination's memory as it is: zero for RAM, but for a ROM the destination's own content. The
 * other two ways make it zero. Source: QEMU migration/multifd-zero-page.c,
 * multifd_recv_zero_page_process.
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
