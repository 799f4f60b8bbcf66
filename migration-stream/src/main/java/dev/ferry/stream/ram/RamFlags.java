package dev.ferry.stream.ram;

/**
 * Flags in the low bits of a RAM record's first word: the bits below the target page size, so that
 * with 256-byte pages 0x100 and above are address bits.
 *
 * <p>Source: QEMU migration/ram.c, RAM_SAVE_FLAG_*.
 */
public final class RamFlags {

    /** Unused since 2009; an error. */
    public static final int RAM_SAVE_FLAG_FULL = 0x001;

    /** A page of one repeated byte, in practice 0: u8 fill. */
    public static final int RAM_SAVE_FLAG_ZERO = 0x002;

    /** The block list. */
    public static final int RAM_SAVE_FLAG_MEM_SIZE = 0x004;

    /** A page as it is. */
    public static final int RAM_SAVE_FLAG_PAGE = 0x008;

    /** End of this section body. */
    public static final int RAM_SAVE_FLAG_EOS = 0x010;

    /** Same block as the previous page record of the channel: no name follows. */
    public static final int RAM_SAVE_FLAG_CONTINUE = 0x020;

    /** A delta against the page's current content: u8 1, u16 length, data. */
    public static final int RAM_SAVE_FLAG_XBZRLE = 0x040;

    /** RDMA's; nothing follows. */
    public static final int RAM_SAVE_FLAG_HOOK = 0x080;

    /** A zlib stream: u32 length, data. QEMU 2.3 to 9.0. */
    public static final int RAM_SAVE_FLAG_COMPRESS_PAGE = 0x100;

    /** Multifd synchronisation point since QEMU 8.1; AMD's fork means an encrypted page by it. */
    public static final int RAM_SAVE_FLAG_MULTIFD_FLUSH = 0x200;

    private RamFlags() {}

    /** The flags' names, for messages: {@code ZERO|CONTINUE}. */
    static String describe(int flags) {
        StringBuilder names = new StringBuilder();
        int rest = flags;
        for (int i = 0; i < NAMES.length; i++) {
            if ((flags & 1 << i) != 0) {
                names.append(names.isEmpty() ? "" : "|").append(NAMES[i]);
                rest &= ~(1 << i);
            }
        }
        if (rest != 0 || flags == 0) {
            names.append(names.isEmpty() ? "" : "|").append("0x").append(Integer.toHexString(rest));
        }
        return names.toString();
    }

    private static final String[] NAMES = {
        "FULL",
        "ZERO",
        "MEM_SIZE",
        "PAGE",
        "EOS",
        "CONTINUE",
        "XBZRLE",
        "HOOK",
        "COMPRESS_PAGE",
        "MULTIFD_FLUSH"
    };
}
