package dev.ferry.stream.testing;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Bytes of a wire format, spelled out: integers are big endian. */
public final class WireBytes {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** Nothing yet. */
    public static WireBytes of() {
        return new WireBytes();
    }

    /** Bytes from hex digits; blanks between bytes are for the eye. */
    public static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits.replace(" ", ""));
    }

    /** Appends bytes given as hex digits. */
    public WireBytes raw(String hexDigits) {
        return raw(hex(hexDigits));
    }

    public WireBytes raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    public WireBytes raw(byte[] bytes, int from, int length) {
        out.write(bytes, from, length);
        return this;
    }

    /** Appends {@code count} times the same byte. */
    public WireBytes fill(int value, int count) {
        for (int i = 0; i < count; i++) {
            out.write(value);
        }
        return this;
    }

    public WireBytes u8(int value) {
        out.write(value);
        return this;
    }

    public WireBytes u16(int value) {
        return u8(value >> 8).u8(value);
    }

    public WireBytes u32(long value) {
        return u16((int) (value >> 16)).u16((int) value);
    }

    public WireBytes u64(long value) {
        return u32(value >> 32).u32(value);
    }

    /** Appends a counted string. */
    public WireBytes str8(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        return u8(bytes.length).raw(bytes);
    }

    /** Appends the string's bytes alone. */
    public WireBytes text(String text) {
        return raw(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Pads with zeros up to {@code offset}. */
    public WireBytes padTo(int offset) {
        return fill(0, offset - out.size());
    }

    /** How many bytes there are. */
    public int size() {
        return out.size();
    }

    public byte[] bytes() {
        return out.toByteArray();
    }
}
