package dev.ferry.tools.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The value of an option in QEMU's notation.
 *
 * <pre>
 *  key=value,key=value    a comma in a value is written twice; one at the end means nothing
 *  value,key=value        the first key may be left out where the option implies one
 *  key    nokey           on and off
 * </pre>
 *
 * <p>Source: QEMU util/qemu-option.c, opts_do_parse.
 */
final class KeyedOptions {

    /** One of them. */
    record Pair(String key, String value) {}

    private final String text;
    private final List<Pair> pairs;

    private KeyedOptions(String text, List<Pair> pairs) {
        this.text = text;
        this.pairs = pairs;
    }

    /**
     * Reads a value.
     *
     * @param impliedKey what the first item is the value of if it is no pair, or null
     */
    static KeyedOptions of(String text, @Nullable String impliedKey) {
        List<Pair> pairs = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            StringBuilder item = new StringBuilder();
            int equals = -1;
            for (; at < text.length(); at++) {
                char c = text.charAt(at);
                if (c == ',') {
                    if (at + 1 == text.length() || text.charAt(at + 1) != ',') {
                        break;
                    }
                    at++;
                } else if (c == '=' && equals < 0) {
                    equals = item.length();
                }
                item.append(c);
            }
            at++;
            pairs.add(pair(item.toString(), equals, pairs.isEmpty() ? impliedKey : null));
        }
        return new KeyedOptions(text, pairs);
    }

    private static Pair pair(String item, int equals, @Nullable String impliedKey) {
        if (equals >= 0) {
            return new Pair(item.substring(0, equals), item.substring(equals + 1));
        }
        if (impliedKey != null) {
            return new Pair(impliedKey, item);
        }
        // "nowait" is wait=off, but "node" is a key.
        return item.startsWith("no") && item.length() > 4
                ? new Pair(item.substring(2), "off")
                : new Pair(item, "on");
    }

    /** The items of a list, in which a comma of their own is written twice. */
    static List<String> list(String text) {
        List<String> items = new ArrayList<>();
        StringBuilder item = new StringBuilder();
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == ',' && (at + 1 == text.length() || text.charAt(at + 1) != ',')) {
                items.add(item.toString());
                item.setLength(0);
                continue;
            }
            at += c == ',' ? 1 : 0;
            item.append(c);
        }
        if (!item.isEmpty()) {
            items.add(item.toString());
        }
        return items;
    }

    /** As it was written. */
    String text() {
        return text;
    }

    /** All, in order; a key may come more than once. */
    List<Pair> pairs() {
        return pairs;
    }

    /** The last value of a key, or null. */
    @Nullable String get(String key) {
        String last = null;
        for (Pair pair : pairs) {
            if (pair.key.equals(key)) {
                last = pair.value;
            }
        }
        return last;
    }

    /** The last value of a key, or another. */
    String get(String key, String otherwise) {
        String value = get(key);
        return value == null ? otherwise : value;
    }

    /** A value there must be. */
    String require(String key) {
        String value = get(key);
        if (value == null || value.isEmpty()) {
            throw new LaunchException("Parameter '" + key + "' is missing");
        }
        return value;
    }

    /** on or off. */
    boolean flag(String key, boolean otherwise) {
        String value = get(key);
        return value == null ? otherwise : flagValue(key, value);
    }

    static boolean flagValue(String key, String value) {
        return switch (value) {
            case "on", "yes", "true", "y" -> true;
            case "off", "no", "false", "n" -> false;
            default -> throw new LaunchException("Parameter '" + key + "' expects 'on' or 'off'");
        };
    }

    /** A number, decimal, octal (0) or hexadecimal (0x). */
    long number(String key, long otherwise, long smallest, long largest) {
        String value = get(key);
        if (value == null) {
            return otherwise;
        }
        try {
            long number = Long.decode(value);
            if (number >= smallest && number <= largest) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new LaunchException(
                "Parameter '"
                        + key
                        + "' expects a number from "
                        + smallest
                        + " to "
                        + largest
                        + ", found '"
                        + value
                        + "'");
    }

    /** Refuses keys that the option does not have. */
    void allow(Set<String> keys) {
        for (Pair pair : pairs) {
            if (!keys.contains(pair.key)) {
                throw new LaunchException("Invalid parameter '" + pair.key + "'");
            }
        }
    }
}
