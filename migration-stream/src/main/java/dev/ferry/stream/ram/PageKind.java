package dev.ferry.stream.ram;

/** How a page's content came. The order is that of the counters in {@link RamStatistics}. */
public enum PageKind {
    /** A ZERO record. */
    ZERO("zero"),
    /** A PAGE record. */
    PLAIN("plain"),
    /** A delta against the page's content so far. */
    XBZRLE("xbzrle"),
    /** One zlib stream. */
    COMPRESSED("compressed"),
    /** Encrypted for transport; a plugin knows how to read it. */
    ENCRYPTED("encrypted"),
    /** In a multifd packet. */
    MULTIFD("multifd"),
    /** Listed as zero in a multifd packet. */
    MULTIFD_ZERO("multifdZero"),
    /** In its place in a mapped-ram file. */
    MAPPED("mapped");

    private final String key;

    PageKind(String key) {
        this.key = key;
    }

    /** The kind's name in JSON. */
    public String key() {
        return key;
    }
}
