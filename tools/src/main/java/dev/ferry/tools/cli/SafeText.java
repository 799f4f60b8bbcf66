package dev.ferry.tools.cli;

/** Names out of a stream, made fit for a terminal: they may hold anything. */
public final class SafeText {

    private SafeText() {}

    /** {@code text} with control characters as {@code \x1b}. */
    public static String of(String text) {
        StringBuilder safe = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean control = c < 0x20 || (c >= 0x7f && c < 0xa0);
            if (control && safe == null) {
                safe = new StringBuilder(text.substring(0, i));
            }
            if (safe != null) {
                if (control) {
                    safe.append("\\x").append(Character.forDigit(c >> 4, 16));
                    safe.append(Character.forDigit(c & 15, 16));
                } else {
                    safe.append(c);
                }
            }
        }
        return safe == null ? text : safe.toString();
    }
}
