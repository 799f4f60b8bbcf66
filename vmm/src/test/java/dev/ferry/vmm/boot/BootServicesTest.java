package dev.ferry.vmm.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BootServicesTest {

    @TempDir Path directory;

    @Test
    void bootSectorIsLoadedWithWhatFirmwareLeaves() throws IOException {
        byte[] image = new byte[1024];
        image[0] = 0x12;
        image[510] = 0x55;
        image[511] = (byte) 0xaa;
        Path file = Files.write(directory.resolve("disk"), image);
        try (GuestFixture guest = new GuestFixture();
                Disk disk = Disk.open(file, true, null)) {
            BootServices services = new BootServices(guest.memory, guest.map, null, List.of(disk));
            services.out(0, 1, 1);
            assertEquals(1, services.in(0, 1));
            assertEquals(0x12, guest.memory.load(0x7c00, 2));
            assertEquals(0x9fc0, guest.memory.load(0x40e, 2), "segment of the EBDA");
            assertEquals(639, guest.memory.load(0x413, 2));
            assertEquals(1, guest.memory.load(0x475, 1), "disks");
            ByteBuffer ebda = guest.read(0x9fc00, 1024);
            assertEquals(guest.map.ranges().size(), ebda.getShort(0x20));
            assertEquals(3072, ebda.getShort(0x22), "KiB above 1 MiB");
            assertEquals(3072, ebda.getShort(0x24));
            assertEquals(0, ebda.getShort(0x26));
            assertEquals(0, ebda.getLong(0x30));
            assertEquals(0x9fc00, ebda.getLong(0x38));
            assertEquals(MemoryMap.USABLE, ebda.getInt(0x40));
        }
    }

    @Test
    void diskWithoutABootSectorIsNotBooted() throws IOException {
        Path file = Files.write(directory.resolve("disk"), new byte[512]);
        try (GuestFixture guest = new GuestFixture();
                Disk disk = Disk.open(file, true, null)) {
            BootServices services = new BootServices(guest.memory, guest.map, null, List.of(disk));
            services.out(0, 1, 1);
            assertEquals(0, services.in(0, 1));
            assertEquals(0, guest.memory.load(0x7dfe, 2));
        }
    }

    @Test
    void smallAndLargeMachinesHaveTheirMaps() {
        assertEquals(
                List.of(
                        new MemoryMap.Range(0, 511 << 10, MemoryMap.USABLE),
                        new MemoryMap.Range(511 << 10, 1 << 10, MemoryMap.RESERVED),
                        new MemoryMap.Range(0xf0000, 0x10000, MemoryMap.RESERVED),
                        new MemoryMap.Range(0xffff0000L, 0x10000, MemoryMap.RESERVED)),
                MemoryMap.of(512 << 10, 0).ranges());
        List<MemoryMap.Range> large = MemoryMap.of(3L << 30, 61L << 30).ranges();
        assertEquals(new MemoryMap.Range(1 << 20, (3L << 30) - (1 << 20), 1), large.get(3));
        assertEquals(new MemoryMap.Range(4L << 30, 61L << 30, 1), large.get(5));
    }
}
