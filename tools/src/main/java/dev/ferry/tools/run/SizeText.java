package dev.ferry.tools.run;

import java.math.BigDecimal;

/**
 * Sizes as QEMU takes them: a number, a fraction too, and a unit, each 1024 times the one before.
 *
 * <p>Source: QEMU util/cutils.c, do_strtosz.
 */
final class SizeText {

    private static final String UNITS = "BKMGTPE";
    private static final int MAX_DIGITS = 24;

    private SizeText() {}

    /**
     * Bytes.
     *
     * @param key what the size is of, for the message
     * @param unit which unit is meant where none is named
     */
    static long parse(String key, String text, char unit) {
        int length = text.length();
        int end = length;
        char named = unit;
        if (length > 0 && !Character.isDigit(text.charAt(length - 1)) && !hex(text)) {
            end--;
            named = Character.toUpperCase(text.charAt(end));
        }
        int power = UNITS.indexOf(named);
        if (end == 0 || power < 0 || length > MAX_DIGITS) {
            throw bad(key);
        }
        try {
            BigDecimal number =
                    hex(text)
                            ? new BigDecimal(Long.decode(text))
                            : new BigDecimal(plain(text.substring(0, end)));
            BigDecimal bytes = number.multiply(BigDecimal.valueOf(1L << (10 * power)));
            if (bytes.signum() >= 0) {
                return bytes.toBigInteger().longValueExact();
            }
        } catch (NumberFormatException | ArithmeticException e) {
            // Said below.
        }
        throw bad(key);
    }

    private static boolean hex(String text) {
        return text.startsWith("0x") || text.startsWith("0X");
    }

    /** Without what {@link BigDecimal} takes besides: exponents. */
    private static String plain(String digits) {
        for (int i = 0; i < digits.length(); i++) {
            char c = digits.charAt(i);
            if ((c < '0' || c > '9') && c != '.') {
                throw new NumberFormatException();
            }
        }
        return digits;
    }

    private static LaunchException bad(String key) {
        return new LaunchException(
                "Parameter '"
                        + key
                        + "' expects a non-negative number below 2^63; optional suffix k, M, G, T, P"
                        + " or E means kilo-, mega-, giga-, tera-, peta- and exabytes, respectively");
    }
}
