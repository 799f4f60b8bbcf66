package dev.ferry.tools.sev;

import java.util.Arrays;
import java.util.Base64;

/** Bytes that may be spelt out in hex or base64. */
final class SevText {

    private SevText() {}

    /** What the text says; the same array if it is neither hex nor base64. */
    static byte[] decode(byte[] bytes) {
        byte[] text = withoutBlanks(bytes);
        try {
            return decode(bytes, text);
        } finally {
            Arrays.fill(text, (byte) 0);
        }
    }

    private static byte[] decode(byte[] bytes, byte[] text) {
        if (text.length == 0) {
            return bytes;
        }
        if (text.length % 2 == 0 && isHex(text)) {
            return hex(text);
        }
        if (text.length % 4 == 0) {
            try {
                return Base64.getDecoder().decode(text);
            } catch (IllegalArgumentException e) {
                // binary, then
                return bytes;
            }
        }
        return bytes;
    }

    private static byte[] withoutBlanks(byte[] bytes) {
        byte[] text = new byte[bytes.length];
        int length = 0;
        for (byte b : bytes) {
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                text[length++] = b;
            }
        }
        byte[] exact = Arrays.copyOf(text, length);
        Arrays.fill(text, (byte) 0);
        return exact;
    }

    private static boolean isHex(byte[] text) {
        for (byte b : text) {
            if (Character.digit(b, 16) < 0) {
                return false;
            }
        }
        return true;
    }

    private static byte[] hex(byte[] text) {
        byte[] bytes = new byte[text.length / 2];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] =
                    (byte)
                            (Character.digit(text[2 * i], 16) << 4
                                    | Character.digit(text[2 * i + 1], 16));
        }
        return bytes;
    }
}
