package dev.ferry.vmm.boot;

import dev.ferry.vmm.memory.AddressSpace;
import dev.ferry.vmm.memory.RamBlock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.locks.ReentrantLock;

/** 4 MiB of RAM, and no CPU. */
final class GuestFixture implements AutoCloseable {

    static final long RAM = 4 << 20;

    final MemoryMap map = MemoryMap.of(RAM, 0);
    final AddressSpace memory = new AddressSpace(new ReentrantLock());
    private final RamBlock ram;

    GuestFixture() throws IOException {
        ram = new RamBlock("ram", RAM);
        memory.addRam(ram, 0, 0, RAM);
    }

    ByteBuffer read(long gpa, int length) {
        byte[] bytes = new byte[length];
        memory.read(gpa, bytes);
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    String text(long gpa) {
        StringBuilder text = new StringBuilder();
        for (long at = gpa; memory.load(at, 1) != 0; at++) {
            text.append((char) memory.load(at, 1));
        }
        return text.toString();
    }

    @Override
    public void close() {
        ram.close();
    }
}
