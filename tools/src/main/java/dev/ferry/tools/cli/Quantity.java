package dev.ferry.tools.cli;

/** Numbers as people read them. Without {@link String#format}, whose classes cost start-up time. */
public final class Quantity {

    private static final String[] UNITS = {" B", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB"};

    private Quantity() {}

    /** {@code 3.0 MiB}: three digits at most, exact where it comes out even. */
    public static String bytes(long bytes) {
        if (bytes < 0) {
            return bytes + " B";
        }
        int unit = 0;
        long whole = bytes;
        long rest = 0;
        while (whole >= 1024 && unit < UNITS.length - 1) {
            rest = whole & 1023;
            whole >>= 10;
            unit++;
        }
        boolean even = unit == 0 || (bytes & ((1L << (10 * unit)) - 1)) == 0;
        if (even || whole >= 100) {
            return whole + UNITS[unit];
        }
        return whole + "." + rest * 10 / 1024 + UNITS[unit];
    }

    /** {@code 1,234,567}. */
    public static String count(long n) {
        String digits = Long.toString(n);
        int first = n < 0 ? 1 : 0;
        StringBuilder text = new StringBuilder(digits);
        for (int i = digits.length() - 3; i > first; i -= 3) {
            text.insert(i, ',');
        }
        return text.toString();
    }

    /** {@code 1 page}, {@code 2 pages}. */
    public static String count(long n, String singular) {
        return count(n) + " " + singular + (n == 1 ? "" : "s");
    }

    /** {@code 97.1 %} of {@code whole}. */
    public static String percent(long part, long whole) {
        long tenths = whole == 0 ? 0 : Math.round(part * 1000.0 / whole);
        return tenths / 10 + "." + tenths % 10 + " %";
    }

    /** {@code 1.5 s}, {@code 3 min 20 s}. */
    static String seconds(double seconds) {
        long tenths = Math.round(seconds * 10);
        if (tenths < 600) {
            return tenths / 10 + "." + tenths % 10 + " s";
        }
        return tenths / 600 + " min " + tenths % 600 / 10 + " s";
    }

    /** {@code 0x1a2b}. */
    public static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }
}
