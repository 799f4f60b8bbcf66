package dev.ferry.vmm.boot;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Little-endian numbers in guest memory. */
final class GuestBytes {

    private final BootMemory memory;

    GuestBytes(BootMemory memory) {
        this.memory = memory;
    }

    ByteBuffer read(long gpa, int length) {
        byte[] bytes = new byte[length];
        memory.read(gpa, bytes, 0, length);
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    void write(long gpa, ByteBuffer bytes) {
        byte[] all = new byte[bytes.capacity()];
        bytes.get(0, all);
        memory.write(gpa, all, 0, all.length);
    }

    void putByte(long gpa, int value) {
        memory.write(gpa, new byte[] {(byte) value}, 0, 1);
    }

    void putShort(long gpa, int value) {
        memory.write(gpa, new byte[] {(byte) value, (byte) (value >> 8)}, 0, 2);
    }

    static ByteBuffer buffer(int length) {
        return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    }
}
