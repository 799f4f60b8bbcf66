package dev.ferry.stream.vmstate;

import dev.ferry.stream.io.WireInput;
import java.io.IOException;

/**
 * Recognises where a section ends without knowing what is in it: at its footer, with something
 * behind it that can begin the next item of a stream. Nothing is consumed.
 *
 * <pre>
 *  u8 0x7e, u32 section id               unless the stream has no footers
 *  0x00, at the end or before 0x06       end of the stream, description
 *  0x01 | 0x04, u32 id, str8 name, u32 instance, u32 version
 *  0x02 | 0x03, u32 id
 *  0x08, u16 command, u16 length
 * </pre>
 */
final class SectionBoundary {

    private static final int FOOTER_BYTES = 5;

    /** QEMU numbers sections from 0; no machine comes near this many. */
    private static final int MAX_SECTION_ID = 0xffff;

    /** The instance id that stands for none in particular. */
    private static final long ANY = 0xffff_ffffL;

    private static final int MAX_VERSION = 0xffff;
    private static final int MAX_COMMAND = 0x1f;

    private final WireInput in;
    private final long sectionId;
    private final Footers footers;

    SectionBoundary(WireInput in, long sectionId, Footers footers) {
        this.in = in;
        this.sectionId = sectionId;
        this.footers = footers;
    }

    /** Whether the input stands at the end of the section's body. */
    boolean here() throws IOException {
        return switch (footers) {
            case PRESENT -> footer() && nextItem(FOOTER_BYTES, true);
            case ABSENT -> nextItem(0, false);
            case UNKNOWN -> footer() ? nextItem(FOOTER_BYTES, true) : nextItem(0, false);
        };
    }

    /**
     * The first end of the body at or after the input's position, which is left where it was.
     *
     * @param maxBytes how far to look
     * @return its offset, or -1
     */
    long find(long maxBytes) throws IOException {
        long from = in.offset();
        try {
            for (long looked = 0; looked <= maxBytes; looked++) {
                if (here()) {
                    return in.offset();
                }
                if (in.atEnd()) {
                    break;
                }
                in.skip(1, "section");
            }
            return -1;
        } finally {
            in.seek(from);
        }
    }

    private boolean footer() throws IOException {
        return in.peek(0) == 0x7e && u32(1) == sectionId;
    }

    private boolean nextItem(int at, boolean afterFooter) throws IOException {
        return switch (in.peek(at)) {
            case -1 -> afterFooter;
            case 0x00 -> afterFooter || in.peek(at + 1) == -1 || in.peek(at + 1) == 0x06;
            case 0x01, 0x04 -> header(at + 1, afterFooter);
            case 0x02, 0x03 -> afterFooter && id(at + 1);
            case 0x08 -> afterFooter && command(at + 1);
            default -> false;
        };
    }

    private boolean id(int at) throws IOException {
        long id = u32(at);
        return id >= 0 && id <= MAX_SECTION_ID;
    }

    private boolean command(int at) throws IOException {
        return in.peek(at) == 0 && in.peek(at + 1) > 0 && in.peek(at + 1) <= MAX_COMMAND;
    }

    private boolean header(int at, boolean afterFooter) throws IOException {
        if (!id(at)) {
            return false;
        }
        int length = in.peek(at + 4);
        if (length < 1) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            int c = in.peek(at + 5 + i);
            if (c < ' ' || c > '~') {
                return false;
            }
        }
        long instance = u32(at + 5 + length);
        long version = u32(at + 9 + length);
        // some instances are addresses; without a footer before it that would prove too little
        boolean plausibleInstance =
                afterFooter || (instance >= 0 && instance <= MAX_SECTION_ID) || instance == ANY;
        return plausibleInstance && version >= 0 && version <= MAX_VERSION;
    }

    /** The unsigned number {@code ahead} of the position, or -1 past the end. */
    private long u32(int ahead) throws IOException {
        if (in.peek(ahead + 3) < 0) {
            return -1;
        }
        return ((long) in.peek(ahead) << 24)
                | ((long) in.peek(ahead + 1) << 16)
                | ((long) in.peek(ahead + 2) << 8)
                | in.peek(ahead + 3);
    }
}
