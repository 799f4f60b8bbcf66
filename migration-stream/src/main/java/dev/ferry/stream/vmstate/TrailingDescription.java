package dev.ferry.stream.vmstate;

import java.nio.ByteBuffer;

/**
 * The device description at the end of a stream that is wholly in memory, found from behind as
 * QEMU's analyze-migration.py does: JSON has no zero byte, the length before it has one.
 */
public final class TrailingDescription {

    private static final byte QEMU_VM_VMDESCRIPTION = 0x06;

    private TrailingDescription() {}

    /** The offset of the JSON's first byte, or -1 if the stream does not end in a description. */
    public static int find(byte[] stream) {
        int zero = stream.length - 1;
        while (zero >= 0 && stream[zero] != 0) {
            zero--;
        }
        for (int i = Math.max(zero, 5); i < Math.min(zero + 5, stream.length); i++) {
            if (stream[i] == '{'
                    && stream[i - 5] == QEMU_VM_VMDESCRIPTION
                    && ByteBuffer.wrap(stream, i - 4, 4).getInt() == stream.length - i) {
                return i;
            }
        }
        return -1;
    }
}
