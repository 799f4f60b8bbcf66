package dev.ferry.stream;

import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.item.Tag;
import dev.ferry.stream.vmstate.DescriptionIndex;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Finds the description before what it describes is read: device sections have no length, and what
 * tells it stands behind them all.
 *
 * <p>Looks backwards from the end of the input, past whatever trails the stream, for the tag, a
 * length that fits, and JSON in braces of just that length, and believes what then parses.
 */
final class DescriptionFinder {

    private static final int CHUNK = 128 << 10;

    /** Bytes before the JSON: the stream's end mark, the tag, the length. */
    private static final int HEAD = 6;

    /** A hostile input could hold many lookalikes, each costing a look at its last byte... */
    private static final int LOOKS = 256;

    /** ... and, if that fits too, each costly to parse. */
    private static final int ATTEMPTS = 4;

    /** The description's index with the offset of its tag. */
    record Found(long at, long length, DescriptionIndex index) {}

    private int looks;
    private int attempts;

    private DescriptionFinder() {}

    /**
     * Searches from the end down to the current offset, which is kept; the input must be seekable.
     */
    static @Nullable Found find(WireInput in, Limits limits) throws IOException {
        long here = in.offset();
        long size = in.size().orElseThrow();
        try {
            // Twice the longest description: itself, and padding behind it.
            return new DescriptionFinder()
                    .search(
                            in,
                            Math.max(here, size - 2L * limits.descriptionBytes()),
                            size,
                            limits);
        } finally {
            in.seek(here);
        }
    }

    private @Nullable Found search(WireInput in, long floor, long size, Limits limits)
            throws IOException {
        long end = size;
        while (end - floor > HEAD) {
            long start = Math.max(floor, end - CHUNK);
            in.seek(start);
            byte[] chunk = in.bytes((int) (end - start), "search for the description");
            for (int i = chunk.length - 1; i >= 0; i -= 3) {
                // No text holds bytes below a blank, and three of them stand in a row before this
                // one: the end mark, the tag, the length's high byte. So every third byte will do.
                if (chunk[i] >= 0 && chunk[i] < ' ') {
                    Found found = around(in, chunk, i, start, size, limits);
                    if (found != null) {
                        return found;
                    }
                }
            }
            if (start == floor) {
                break;
            }
            end = start + HEAD;
        }
        return null;
    }

    /** Tries the three places where the end mark may be if the byte at {@code i} is near it. */
    private @Nullable Found around(
            WireInput in, byte[] chunk, int i, long start, long size, Limits limits)
            throws IOException {
        for (int mark = Math.min(i, chunk.length - HEAD - 1); mark >= Math.max(0, i - 2); mark--) {
            if (!looksRight(chunk, mark)) {
                continue;
            }
            long length = length(chunk, mark);
            long json = start + mark + HEAD;
            if (length <= limits.descriptionBytes()
                    && json + length <= size
                    && looks++ < LOOKS
                    && attempts < ATTEMPTS
                    && endsInBrace(in, json + length)) {
                attempts++;
                Found found = parse(in, json, length);
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }

    private static boolean looksRight(byte[] chunk, int i) {
        return chunk[i + HEAD] == '{'
                && chunk[i + 1] == Tag.QEMU_VM_VMDESCRIPTION
                && chunk[i] == Tag.QEMU_VM_EOF;
    }

    private static long length(byte[] chunk, int i) {
        return (chunk[i + 2] & 0xffL) << 24
                | (chunk[i + 3] & 0xffL) << 16
                | (chunk[i + 4] & 0xffL) << 8
                | (chunk[i + 5] & 0xffL);
    }

    private static boolean endsInBrace(WireInput in, long end) throws IOException {
        in.seek(end - 1);
        return in.peek(0) == '}';
    }

    private static @Nullable Found parse(WireInput in, long json, long length) throws IOException {
        in.seek(json);
        byte[] text = in.bytes((int) length, "description");
        try {
            return new Found(json - 5, length, DescriptionIndex.of(text, in.at(json)));
        } catch (MalformedStreamException e) {
            // Not a description after all, or a damaged one: whoever reaches its tag will say so.
            return null;
        }
    }
}
