package dev.ferry.stream.ram;

/** How a page's content came. */
public enum PageKind {
    /** A ZERO record. */
    ZERO(0, "zero"),
    /** A PAGE record. */
    PLAIN(1, "plain"),
    /** A delta against the page's content so far. */
    XBZRLE(2, "xbzrle"),
    /** One zlib stream. */
    COMPRESSED(3, "compressed"),
    /** Encrypted for transport; a plugin knows how to read it. */
    ENCRYPTED(4, "encrypted"),
    /** In a multifd packet. */
    MULTIFD(5, "multifd"),
    /** Listed as zero in a multifd packet. */
    MULTIFD_ZERO(6, "multifdZero"),
    /** In its place in a mapped-ram file. */
    MAPPED(7, "mapped");

    private final int index;
    private final String key;

    PageKind(int index, String key) {
        this.index = index;
        this.key = key;
    }

    /** The kind's place among a block's counters. */
    int index() {
        return index;
    }

    /** The kind's name in JSON. */
    public String key() {
        return key;
    }
}
