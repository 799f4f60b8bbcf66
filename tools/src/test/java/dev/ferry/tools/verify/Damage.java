package dev.ferry.tools.verify;

import dev.ferry.testdata.Fixtures;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A captured stream to be spoilt in one place. */
final class Damage {

    private final byte[] bytes;

    private Damage(byte[] bytes) {
        this.bytes = bytes;
    }

    static Damage of(String fixture) throws IOException {
        return new Damage(Fixtures.named(fixture).main().readAllBytes());
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return bytes.length;
    }

    /** Where {@code text} first stands from {@code from} on. */
    int find(String text, int from) {
        return find(text.getBytes(StandardCharsets.ISO_8859_1), from);
    }

    int find(byte[] wanted, int from) {
        for (int i = from; i <= bytes.length - wanted.length; i++) {
            if (Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
                return i;
            }
        }
        throw new AssertionError("not found: " + new String(wanted, StandardCharsets.ISO_8859_1));
    }

    Damage put(int offset, int... values) {
        byte[] copy = bytes.clone();
        for (int i = 0; i < values.length; i++) {
            copy[offset + i] = (byte) values[i];
        }
        return new Damage(copy);
    }

    Damage putText(int offset, String text) {
        byte[] copy = bytes.clone();
        byte[] new_ = text.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(new_, 0, copy, offset, new_.length);
        return new Damage(copy);
    }

    /** Puts {@code more} in front of what stands at {@code offset}. */
    Damage insert(int offset, byte[] more) {
        return new Damage(
                ByteBuffer.allocate(bytes.length + more.length)
                        .put(bytes, 0, offset)
                        .put(more)
                        .put(bytes, offset, bytes.length - offset)
                        .array());
    }

    /** Takes {@code length} bytes out. */
    Damage remove(int offset, int length) {
        return new Damage(
                ByteBuffer.allocate(bytes.length - length)
                        .put(bytes, 0, offset)
                        .put(bytes, offset + length, bytes.length - offset - length)
                        .array());
    }

    Damage append(byte[] more) {
        return insert(bytes.length, more);
    }

    static byte[] hex(String hex) {
        return java.util.HexFormat.of().parseHex(hex.replace(" ", ""));
    }
}
