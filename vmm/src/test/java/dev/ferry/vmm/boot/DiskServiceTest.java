package dev.ferry.vmm.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** INT 13h as the ROM passes it on: registers in a frame in guest memory. */
class DiskServiceTest {

    private static final int FRAME = 0x6000;
    private static final int BUFFER = 0x20000;
    private static final int SECTORS = 5000;
    private static final int CARRY = 1;

    @TempDir Path directory;

    private GuestFixture guest;
    private byte[] content;
    private Path image;
    private Disk disk;
    private DiskService service;

    @BeforeEach
    void makeDisk() throws IOException {
        guest = new GuestFixture();
        content = new byte[SECTORS * Disk.SECTOR_BYTES];
        new SplittableRandom(13).nextBytes(content);
        image = Files.write(directory.resolve("disk"), content);
        disk = Disk.open(image, false, null);
        service = new DiskService(List.of(disk), guest.memory);
    }

    @AfterEach
    void close() throws IOException {
        disk.close();
        guest.close();
    }

    /** Calls with these registers; the flags come in with carry set. */
    private ByteBuffer call(int ax, int bx, int cx, int dx, int si) {
        ByteBuffer frame = GuestBytes.buffer(42);
        frame.putShort(0, (short) 0x1000);
        frame.putShort(2, (short) (BUFFER >> 4));
        frame.putInt(8, si);
        frame.putInt(20, bx);
        frame.putInt(24, dx);
        frame.putInt(28, cx);
        frame.putInt(32, ax);
        frame.putShort(40, (short) 0x203);
        new GuestBytes(guest.memory).write(FRAME, frame);
        service.call(FRAME);
        return guest.read(FRAME, 42);
    }

    private static boolean carry(ByteBuffer frame) {
        return (frame.getShort(40) & CARRY) != 0;
    }

    private static int ah(ByteBuffer frame) {
        return frame.get(33) & 0xff;
    }

    private void assertSectors(long first, int count, long gpa) {
        byte[] found = new byte[count * Disk.SECTOR_BYTES];
        guest.memory.read(gpa, found);
        assertEquals(
                ByteBuffer.wrap(content, (int) first * Disk.SECTOR_BYTES, found.length),
                ByteBuffer.wrap(found));
    }

    @Test
    void geometryIsOfSixteenHeadsWhereTheDiskIsSmall() {
        assertEquals(new DiskGeometry(4, 16, 63), disk.geometry());
        assertEquals(new DiskGeometry(1024, 255, 63), DiskGeometry.of(1L << 32));
        ByteBuffer frame = call(0x0800, 0, 0, 0x80, 0);
        assertFalse(carry(frame));
        assertEquals(0x033f, frame.getShort(28), "cylinder 3, 63 sectors");
        assertEquals(0x0f01, frame.getShort(24), "head 15, one disk");
    }

    @ParameterizedTest
    @CsvSource({"0,0,1,1", "0,0,1,128", "1,2,3,40", "0,15,63,2", "3,15,60,1"})
    void sectorsAreReadByTrack(int cylinder, int head, int sector, int count) {
        long first = (cylinder * 16L + head) * 63 + sector - 1;
        ByteBuffer frame = call(0x0200 | count, 0x10, cylinder << 8 | sector, head << 8 | 0x80, 0);
        if (first + count > SECTORS) {
            assertTrue(carry(frame));
            return;
        }
        assertFalse(carry(frame));
        assertEquals(0, ah(frame));
        assertEquals(count, frame.get(32) & 0xff);
        assertSectors(first, count, BUFFER + 0x10);
    }

    private void packet(int count, int segment, int offset, long sector) {
        ByteBuffer packet = GuestBytes.buffer(16);
        packet.put((byte) 16).put((byte) 0).putShort((short) count);
        packet.putShort((short) offset).putShort((short) segment).putLong(sector);
        new GuestBytes(guest.memory).write(0x10000 + 0x40, packet);
    }

    @Test
    void sectorsAreReadByNumber() {
        packet(300, 0x3000, 8, 4000);
        ByteBuffer frame = call(0x4200, 0, 0, 0x80, 0x40);
        assertFalse(carry(frame));
        assertSectors(4000, 300, 0x30008);
    }

    @Test
    void sectorsAreWritten() throws IOException {
        byte[] sector = new byte[Disk.SECTOR_BYTES];
        java.util.Arrays.fill(sector, (byte) 0x77);
        guest.memory.write(0x30000, sector);
        packet(1, 0x3000, 0, 7);
        assertFalse(carry(call(0x4300, 0, 0, 0x80, 0x40)));
        System.arraycopy(sector, 0, content, 7 * Disk.SECTOR_BYTES, sector.length);
        assertEquals(ByteBuffer.wrap(content), ByteBuffer.wrap(Files.readAllBytes(image)));
    }

    @Test
    void readOnlyDisksAreNotWritten() throws IOException {
        try (Disk fixed = Disk.open(image, true, null)) {
            service = new DiskService(List.of(fixed), guest.memory);
            ByteBuffer frame = call(0x0301, 0, 1, 0x80, 0);
            assertTrue(carry(frame));
            assertEquals(3, ah(frame));
        }
        assertEquals(ByteBuffer.wrap(content), ByteBuffer.wrap(Files.readAllBytes(image)));
    }

    @Test
    void whatIsNotOnTheDiskIsNotRead() {
        packet(2, 0x3000, 0, SECTORS - 1);
        ByteBuffer frame = call(0x4200, 0, 0, 0x80, 0x40);
        assertTrue(carry(frame));
        assertEquals(4, ah(frame));
        assertEquals(0, guest.read(0x10042, 2).getShort(0), "blocks transferred");
        assertEquals(0, guest.memory.load(0x30000, 8));
        packet(1, 0x3000, 0, -1);
        assertTrue(carry(call(0x4200, 0, 0, 0x80, 0x40)));
        packet(1, 0x3000, 0, Long.MAX_VALUE);
        assertTrue(carry(call(0x4200, 0, 0, 0x80, 0x40)));
    }

    @Test
    void lastSectorOfAFileThatIsCutShortEndsInZeros() throws IOException {
        Path cut = Files.write(directory.resolve("cut"), new byte[] {1, 2, 3});
        try (Disk small = Disk.open(cut, true, null)) {
            service = new DiskService(List.of(small), guest.memory);
            assertFalse(carry(call(0x0201, 0, 1, 0x80, 0)));
        }
        assertEquals(0x030201, guest.memory.load(BUFFER, 8));
    }

    @Test
    void otherDrivesAreNotThere() {
        ByteBuffer frame = call(0x0201, 0, 1, 0x81, 0);
        assertTrue(carry(frame));
        assertEquals(1, ah(frame));
        assertEquals(1, guest.memory.load(0x474, 1), "status of the last operation");
        ByteBuffer type = call(0x1500, 0, 0, 0x00, 0);
        assertFalse(carry(type));
        assertEquals(0, ah(type));
    }

    @Test
    void extensionsAreOffered() {
        ByteBuffer frame = call(0x4100, 0x55aa, 0, 0x80, 0);
        assertFalse(carry(frame));
        assertEquals((short) 0xaa55, frame.getShort(20));
        assertEquals(0x30, ah(frame));
        guest.memory.store(0x10040, 2, 0x1e);
        assertFalse(carry(call(0x4800, 0, 0, 0x80, 0x40)));
        assertEquals(SECTORS, guest.memory.load(0x10050, 8));
        assertEquals(Disk.SECTOR_BYTES, guest.memory.load(0x10058, 2));
    }

    @Test
    void unknownFunctionsFail() {
        for (int function = 0; function < 256; function++) {
            if (List.of(0, 1, 2, 3, 4, 8, 9, 0xc, 0xd, 0x10, 0x11, 0x14, 0x15).contains(function)
                    || (function >= 0x41 && function <= 0x48)) {
                continue;
            }
            assertTrue(carry(call(function << 8, 0, 0, 0x80, 0)), "AH=" + function);
        }
    }

    @Test
    void imageWithoutABootSectorIsRefused() throws IOException {
        BootException e =
                assertThrows(BootException.class, () -> BootServices.requireBootable(disk, "disk"));
        assertTrue(
                String.valueOf(e.getMessage())
                        .startsWith("boot sector of disk: expected 55 aa at offset 0x1fe, found "),
                e::getMessage);
    }
}
