package dev.ferry.vmm.oracle;

import java.io.ByteArrayOutputStream;

/** Code being put together. */
final class Bytes {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Bytes u8(int value) {
        out.write(value);
        return this;
    }

    /** Little endian. */
    Bytes value(int size, long value) {
        for (int i = 0; i < size; i++) {
            out.write((int) (value >>> (8 * i)));
        }
        return this;
    }

    Bytes all(int... values) {
        for (int value : values) {
            out.write(value);
        }
        return this;
    }

    Bytes append(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    byte[] done() {
        return out.toByteArray();
    }

    int length() {
        return out.size();
    }
}
