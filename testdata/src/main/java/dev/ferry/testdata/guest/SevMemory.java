package dev.ferry.testdata.guest;

import java.nio.charset.StandardCharsets;
import java.util.BitSet;

/** Private memory and output of the guest {@code sev}, by its own description. */
public final class SevMemory {

    /** Where its private pages begin. */
    public static final int PRIVATE = 0x400000;

    /** How many there are; it shares as many. */
    public static final int PAGES = 16;

    /** Where its shared pages begin; after an odd number of kexecs. */
    public static final int SHARED = 0x300000;

    public static final int SHARED_AFTER_KEXEC = 0x340000;

    /** Where its record of random calls begins. */
    public static final int RECORD = 0x500000;

    /** What stands on each private page, and nowhere else in the clear. */
    public static final String SECRET =
            "Nobody but this guest may know what is written on a private page";

    /** What stands on each shared page. */
    public static final String SHARED_TEXT =
            "What this guest shares with its host lies here for all to read.\n";

    private static final int WORDS = 1024;
    private static final int GOLDEN = 0x9e3779b1;

    private final int[] words = new int[PAGES * WORDS];
    private int passes;

    /** As it begins. */
    public SevMemory() {
        byte[] text = SECRET.getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < words.length; i++) {
            int at = 4 * i % text.length;
            words[i] = text[at] | text[at + 1] << 8 | text[at + 2] << 16 | text[at + 3] << 24;
        }
    }

    /**
     * The lines that it prints, up to a number of them.
     *
     * @param period passes per line
     */
    public String lines(int count, int period) {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < count; i++) {
            lines.append(line(passes + period));
        }
        return lines.toString();
    }

    /**
     * The line that it prints after a number of passes.
     *
     * @param after more passes than those asked for before
     */
    public String line(int after) {
        while (passes < after) {
            pass();
        }
        return "%08X %08X\n".formatted(passes, checksum());
    }

    /**
     * What it should have printed instead of these lines, which begin with how many passes it had
     * made: a kexec begins to count to the next line anew. Of others nothing.
     */
    public String instead(String printed) {
        StringBuilder lines = new StringBuilder();
        for (String found : printed.split("\n", -1)) {
            if (found.matches("[0-9A-F]{8} [0-9A-F]{8}")) {
                lines.append(line(Integer.parseUnsignedInt(found.substring(0, 8), 16)));
            }
        }
        return lines.toString();
    }

    private void pass() {
        for (int page = 0; page < PAGES; page++) {
            words[page * WORDS + (passes & 0xff)] += passes * GOLDEN + page;
        }
        passes++;
    }

    private int checksum() {
        int c = 0;
        for (int d : words) {
            c = Integer.rotateLeft(c, 5) + d;
        }
        return c;
    }

    /**
     * Which frames are shared after the guest's random calls, counted from parameter {@code first}
     * on.
     */
    public static BitSet randomCalls(GuestImage sev) {
        int frames = sev.get("frames");
        BitSet shared = new BitSet();
        int x = sev.get("seed");
        for (int call = 0; call < sev.get("calls"); call++) {
            x = next(x);
            int start = Integer.remainderUnsigned(x, frames);
            x = next(x);
            int pages = Math.min((x & 15) + 1, frames - start);
            x = next(x);
            shared.set(start, start + pages, (x >>> 7 & 1) != 0);
        }
        return shared;
    }

    private static int next(int before) {
        int x = before ^ before << 13;
        x ^= x >>> 17;
        return x ^ x << 5;
    }
}
