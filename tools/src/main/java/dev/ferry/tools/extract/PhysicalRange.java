package dev.ferry.tools.extract;

import dev.ferry.tools.cli.UsageException;

/**
 * A range of guest-physical memory.
 *
 * @param start first byte
 * @param length bytes, at least 1
 */
record PhysicalRange(long start, long length) {

    /** Reads {@code START+LENGTH}: decimal or 0x hex, with K, M or G behind it. */
    static PhysicalRange parse(String text) {
        int plus = text.indexOf('+');
        if (plus > 0) {
            long start = number(text.substring(0, plus));
            long length = number(text.substring(plus + 1));
            if (start >= 0 && length > 0 && start + length > 0) {
                return new PhysicalRange(start, length);
            }
        }
        throw new UsageException(
                "--physical: expected START+LENGTH such as 0x100000+4K, found '" + text + "'");
    }

    private static long number(String text) {
        String digits = text;
        int shift = 0;
        if (!digits.isEmpty()) {
            switch (Character.toUpperCase(digits.charAt(digits.length() - 1))) {
                case 'K' -> shift = 10;
                case 'M' -> shift = 20;
                case 'G' -> shift = 30;
                default -> {}
            }
        }
        if (shift != 0) {
            digits = digits.substring(0, digits.length() - 1);
        }
        try {
            long value =
                    digits.startsWith("0x") || digits.startsWith("0X")
                            ? Long.parseLong(digits.substring(2), 16)
                            : Long.parseLong(digits);
            return value < 0 || value > Long.MAX_VALUE >> shift ? -1 : value << shift;
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
