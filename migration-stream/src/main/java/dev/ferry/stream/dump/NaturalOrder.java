package dev.ferry.stream.dump;

import java.util.Comparator;

/** Names as people number them: {@code node2} before {@code node10}. */
final class NaturalOrder implements Comparator<String> {

    @Override
    public int compare(String a, String b) {
        int i = 0;
        int j = 0;
        while (i < a.length() && j < b.length()) {
            if (digit(a.charAt(i)) && digit(b.charAt(j))) {
                int endA = numberEnd(a, i);
                int endB = numberEnd(b, j);
                int result = compareNumbers(a.substring(i, endA), b.substring(j, endB));
                if (result != 0) {
                    return result;
                }
                i = endA;
                j = endB;
            } else if (a.charAt(i) != b.charAt(j)) {
                return Character.compare(a.charAt(i), b.charAt(j));
            } else {
                i++;
                j++;
            }
        }
        return Integer.compare(a.length() - i, b.length() - j);
    }

    /** By value, whatever the length; numbers of equal value by leading zeros. */
    private static int compareNumbers(String a, String b) {
        String significantA = a.substring(zeros(a));
        String significantB = b.substring(zeros(b));
        int result = Integer.compare(significantA.length(), significantB.length());
        if (result == 0) {
            result = significantA.compareTo(significantB);
        }
        return result == 0 ? Integer.compare(a.length(), b.length()) : result;
    }

    private static int zeros(String number) {
        int zeros = 0;
        while (zeros < number.length() && number.charAt(zeros) == '0') {
            zeros++;
        }
        return zeros;
    }

    private static int numberEnd(String text, int start) {
        int end = start;
        while (end < text.length() && digit(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private static boolean digit(char c) {
        return c >= '0' && c <= '9';
    }
}
