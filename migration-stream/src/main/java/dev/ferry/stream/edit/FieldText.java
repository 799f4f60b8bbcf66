package dev.ferry.stream.edit;

import dev.ferry.stream.vmstate.VmStateValue;
import dev.ferry.stream.vmstate.VmStateValue.BoolValue;
import dev.ferry.stream.vmstate.VmStateValue.BytesValue;
import dev.ferry.stream.vmstate.VmStateValue.IntegerValue;
import dev.ferry.stream.vmstate.VmStateValue.TextValue;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A field's new value, as users write it, made into the bytes on the wire. None is longer or
 * shorter than what it replaces.
 *
 * <ul>
 *   <li>an integer: decimal, or {@code 0x} and hex; a signed field also takes as hex the bits of a
 *       negative number
 *   <li>a truth value: {@code true}, {@code false}, 1 or 0
 *   <li>a buffer: all its bytes in hex, or {@code text:} and text, which is padded with zeros; from
 *       one byte of it on, as many bytes in hex as shall change
 * </ul>
 */
final class FieldText {

    /** Before text that goes into a buffer. */
    static final String TEXT = "text:";

    private FieldText() {}

    /** The bytes for {@code found}; for a byte of a buffer those that change. */
    static byte[] bytes(FieldLookup.Found found, String text) throws EditException {
        return switch (found.value()) {
            case IntegerValue integer -> integer(integer, text);
            case BoolValue _ -> new byte[] {bool(text)};
            case BytesValue buffer ->
                    found.byteIndex() < 0
                            ? buffer(buffer.bytes().length, text)
                            : part(buffer.bytes().length - found.byteIndex(), text);
            case TextValue was -> text(was, text);
            case VmStateValue.NullPointer _ ->
                    throw new EditException("a null pointer is there, which has no value");
            case VmStateValue.PointerMarker _ ->
                    throw new EditException("a mark is there that says the next element exists");
            case VmStateValue.ArrayValue _,
                    VmStateValue.IntegerArray _,
                    VmStateValue.ListValue _,
                    VmStateValue.TreeValue _,
                    VmStateValue.StructValue _ ->
                    throw new EditException("it is no single value");
        };
    }

    private static byte[] integer(IntegerValue field, String text) throws EditException {
        int bits = 8 * field.width();
        BigInteger unsigned = BigInteger.ONE.shiftLeft(bits).subtract(BigInteger.ONE);
        BigInteger most = field.signed() ? unsigned.shiftRight(1) : unsigned;
        BigInteger least = field.signed() ? most.not() : BigInteger.ZERO;
        boolean negative = text.startsWith("-");
        String digits = negative ? text.substring(1) : text;
        boolean hex = digits.startsWith("0x") || digits.startsWith("0X");
        BigInteger value = number(hex ? digits.substring(2) : digits, hex ? 16 : 10);
        if (value != null && negative) {
            value = value.negate();
        }
        if (value == null
                || value.compareTo(least) < 0
                || value.compareTo(hex ? unsigned : most) > 0) {
            throw new EditException(
                    "expected an integer from " + least + " to " + most + ", found '" + text + "'");
        }
        byte[] bytes = new byte[field.width()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = value.shiftRight(bits - 8 * (i + 1)).byteValue();
        }
        return bytes;
    }

    private static @Nullable BigInteger number(String digits, int radix) {
        if (digits.isEmpty() || digits.length() > 40) {
            return null;
        }
        for (int i = 0; i < digits.length(); i++) {
            char c = digits.charAt(i);
            if (c > 'f' || Character.digit(c, radix) < 0) {
                return null;
            }
        }
        return new BigInteger(digits, radix);
    }

    private static byte bool(String text) throws EditException {
        return switch (text) {
            case "true", "1" -> 1;
            case "false", "0" -> 0;
            default -> throw new EditException("expected true or false, found '" + text + "'");
        };
    }

    private static byte[] buffer(int length, String text) throws EditException {
        if (text.startsWith(TEXT)) {
            return padded(length, text.substring(TEXT.length()));
        }
        byte[] bytes = hex(text);
        if (bytes == null || bytes.length != length) {
            throw new EditException(
                    "expected "
                            + length
                            + " bytes as "
                            + 2L * length
                            + " hex digits, or "
                            + TEXT
                            + " and text, found "
                            + found(text));
        }
        return bytes;
    }

    private static byte[] padded(int length, String text) throws EditException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > length) {
            throw new EditException(
                    "expected text of at most " + length + " bytes, found " + bytes.length);
        }
        return Arrays.copyOf(bytes, length);
    }

    private static byte[] part(int most, String text) throws EditException {
        byte[] bytes = hex(text);
        if (bytes == null || bytes.length == 0 || bytes.length > most) {
            throw new EditException(
                    "expected up to " + most + " bytes in hex, found " + found(text));
        }
        return bytes;
    }

    private static byte[] text(TextValue was, String text) throws EditException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length != was.text().length()) {
            throw new EditException(
                    "expected a text of "
                            + was.text().length()
                            + " bytes, as there is, found "
                            + bytes.length);
        }
        byte[] counted = new byte[bytes.length + 1];
        counted[0] = (byte) bytes.length;
        System.arraycopy(bytes, 0, counted, 1, bytes.length);
        return counted;
    }

    private static String found(String text) {
        return text.length() > 32 ? text.length() + " characters" : "'" + text + "'";
    }

    /** The bytes, or null if that is no hex. */
    static byte @Nullable [] hex(String text) {
        if (text.length() % 2 != 0) {
            return null;
        }
        byte[] bytes = new byte[text.length() / 2];
        for (int i = 0; i < bytes.length; i++) {
            char high = text.charAt(2 * i);
            char low = text.charAt(2 * i + 1);
            if (high > 'f' || low > 'f') {
                return null;
            }
            int value = (Character.digit(high, 16) << 4) | Character.digit(low, 16);
            if (value < 0) {
                return null;
            }
            bytes[i] = (byte) value;
        }
        return bytes;
    }
}
