package dev.ferry.vmm.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.vmm.posix.Posix;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RamBlockTest {

    @Test
    void isZeroAndOutsideTheHeap() throws IOException {
        try (RamBlock block = new RamBlock("pc.ram", 3 << 20)) {
            assertEquals(3 << 20, block.size());
            assertEquals(block.segment().address(), block.address());
            assertEquals(0, HostMemory.getLong(block.address() + block.size() - 8));
            HostMemory.putLong(block.address() + block.size() - 8, -2);
            assertEquals(
                    -2, block.segment().get(ValueLayout.JAVA_LONG, block.segment().byteSize() - 8));
        }
    }

    @Test
    void largerThanTheHostAsLongAsItIsNotTouched() throws IOException {
        Assumptions.assumeTrue(Posix.available(), "memory is set aside lazily on Linux only");
        long size = 64L << 30;
        try (RamBlock block = new RamBlock("pc.ram", size)) {
            for (long at = 0; at < size; at += 1L << 30) {
                HostMemory.putLong(block.address() + at, at);
            }
            assertEquals(63L << 30, HostMemory.getLong(block.address() + (63L << 30)));
        }
    }

    @Test
    void asharedFileHoldsWhatIsStored(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("ram");
        try (RamBlock block = new RamBlock("ram", 8192, false, new Backing.SharedFile(file))) {
            HostMemory.putInt(block.address() + 4096, 0x64636261);
        }
        byte[] bytes = Files.readAllBytes(file);
        assertEquals(8192, bytes.length);
        assertEquals('a', bytes[4096]);
        try (RamBlock block = new RamBlock("ram", 8192, false, new Backing.SharedFile(file))) {
            assertEquals(0x64636261, HostMemory.getInt(block.address() + 4096));
        }
    }

    @Test
    void aMemfdCanBeMappedByOthers() throws IOException {
        Assumptions.assumeTrue(Posix.available(), "memfd is Linux's");
        try (RamBlock block = new RamBlock("ram", 8192, false, new Backing.Memfd())) {
            assertTrue(block.descriptor() >= 0);
            HostMemory.putByte(block.address() + 1, (byte) 'x');
            byte[] seen = Files.readAllBytes(Path.of("/proc/self/fd/" + block.descriptor()));
            assertEquals(8192, seen.length);
            assertEquals('x', seen[1]);
        }
    }

    @Test
    void preTouchingKeepsContents() throws IOException {
        try (RamBlock block = new RamBlock("ram", 130 << 20)) {
            HostMemory.putLong(block.address() + (100 << 20), 42);
            block.preTouch(4);
            assertEquals(42, HostMemory.getLong(block.address() + (100 << 20)));
        }
    }

    @Test
    void saysWhatItCouldNotHave(@TempDir Path folder) {
        IOException e =
                assertThrows(
                        IOException.class,
                        () ->
                                new RamBlock(
                                        "ram",
                                        4096,
                                        false,
                                        new Backing.SharedFile(folder.resolve("no/ram"))));
        assertEquals(
                "cannot set up 0x1000 bytes of guest memory 'ram': no such directory: "
                        + folder.resolve("no"),
                e.getMessage());
        Assumptions.assumeTrue(Posix.available());
        e = assertThrows(IOException.class, () -> new RamBlock("ram", 1L << 60));
        assertEquals(
                "cannot set up 0x1000000000000000 bytes of guest memory 'ram': mmap: Cannot"
                        + " allocate memory",
                e.getMessage());
    }

    @Test
    void hasWholePages() {
        assertThrows(IllegalArgumentException.class, () -> new RamBlock("ram", 0));
        assertThrows(IllegalArgumentException.class, () -> new RamBlock("ram", 4097));
    }
}
