package dev.ferry.stream.container;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The bytes that the committed samples hold: zero, patterned, random-looking and text pages. */
final class SampleStream {

    private static final int PAGE = 4096;

    private SampleStream() {}

    /** The first {@code length} bytes; they begin with QEMU's magic and version. */
    static byte[] bytes(int length) {
        byte[] all = new byte[(length + PAGE - 1) / PAGE * PAGE];
        int random = 12345;
        for (int page = 0; page * PAGE < all.length; page++) {
            byte[] text = "page %08d ".formatted(page).repeat(300).getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < PAGE; i++) {
                int at = page * PAGE + i;
                if (page % 4 == 1) {
                    all[at] = (byte) (page * 37 + i);
                } else if (page % 16 == 2) {
                    random = random * 1103515245 + 12345 & 0x7fffffff;
                    all[at] = (byte) (random >>> 16);
                } else if (page % 4 != 0) {
                    all[at] = text[i];
                }
            }
        }
        System.arraycopy(new byte[] {'Q', 'E', 'V', 'M', 0, 0, 0, 3}, 0, all, 0, 8);
        return Arrays.copyOf(all, length);
    }
}
