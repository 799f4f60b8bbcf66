package dev.ferry.vmm.boot;

import dev.ferry.vmm.memory.AddressSpace;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Little-endian numbers in guest memory. */
final class GuestBytes {

    private final AddressSpace memory;

    GuestBytes(AddressSpace memory) {
        this.memory = memory;
    }

    ByteBuffer read(long gpa, int length) {
        byte[] bytes = new byte[length];
        memory.read(gpa, bytes);
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    void write(long gpa, ByteBuffer bytes) {
        byte[] all = new byte[bytes.capacity()];
        bytes.get(0, all);
        memory.write(gpa, all);
    }

    void putByte(long gpa, int value) {
        memory.store(gpa, 1, value);
    }

    void putShort(long gpa, int value) {
        memory.store(gpa, 2, value);
    }

    static ByteBuffer buffer(int length) {
        return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    }
}
