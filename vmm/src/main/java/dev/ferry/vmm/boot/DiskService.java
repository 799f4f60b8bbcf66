package dev.ferry.vmm.boot;

import dev.ferry.vmm.memory.AddressSpace;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * INT 13h: disks by cylinder, head and sector, and by number. Registers are in a frame in guest
 * memory, see the ROM's source.
 *
 * <p>Source: Enhanced Disk Drive Specification 3.0; Ralf Brown's interrupt list; SeaBIOS
 * src/disk.c.
 */
final class DiskService {

    private static final int FRAME_BYTES = 42;
    private static final int DS = 0;
    private static final int ES = 2;
    private static final int SI = 8;
    private static final int DI = 4;
    private static final int BX = 20;
    private static final int DX = 24;
    private static final int CX = 28;
    private static final int AX = 32;
    private static final int FLAGS = 40;
    private static final int CARRY = 1;

    private static final int FIRST_DISK = 0x80;
    private static final int LAST_STATUS = 0x474;

    private static final int OK = 0;
    private static final int INVALID = 0x01;
    private static final int WRITE_PROTECTED = 0x03;
    private static final int NOT_FOUND = 0x04;
    private static final int CONTROLLER = 0x20;

    private static final int PIECE_SECTORS = 128;
    private static final int PARAMETER_BYTES = 0x1a;
    private static final int PACKET_BYTES = 16;

    private final List<Disk> disks;
    private final GuestBytes guest;
    private final AddressSpace memory;
    private final byte[] piece = new byte[PIECE_SECTORS * Disk.SECTOR_BYTES];
    private int lastStatus;

    DiskService(List<Disk> disks, AddressSpace memory) {
        this.disks = disks;
        this.memory = memory;
        this.guest = new GuestBytes(memory);
    }

    /** What is done to sectors. */
    private enum Action {
        READ,
        WRITE,
        VERIFY
    }

    /** Serves one call, whose registers are in the frame there. */
    void call(long frameAddress) {
        ByteBuffer frame = guest.read(frameAddress, FRAME_BYTES);
        int drive = frame.get(DX) & 0xff;
        int function = frame.get(AX + 1) & 0xff;
        int status;
        if (function == 0x01) {
            frame.put(AX + 1, (byte) lastStatus);
            finish(frameAddress, frame, lastStatus != OK);
            return;
        }
        int index = drive - FIRST_DISK;
        try {
            status =
                    index < 0 || index >= disks.size()
                            ? noDisk(function, frame)
                            : function(function, disks.get(index), frame);
        } catch (IOException e) {
            status = CONTROLLER;
        }
        if (status >= 0) {
            frame.put(AX + 1, (byte) status);
            lastStatus = status;
            guest.putByte(LAST_STATUS, status);
        }
        finish(frameAddress, frame, status > 0);
    }

    private void finish(long frameAddress, ByteBuffer frame, boolean carry) {
        frame.put(FLAGS, (byte) (carry ? frame.get(FLAGS) | CARRY : frame.get(FLAGS) & ~CARRY));
        guest.write(frameAddress, frame);
    }

    private static int noDisk(int function, ByteBuffer frame) {
        if (function == 0x15) {
            frame.put(AX + 1, (byte) 0);
            return -1;
        }
        return INVALID;
    }

    /**
     * @return the status, or -1 if AH says something else
     */
    private int function(int function, Disk disk, ByteBuffer frame) throws IOException {
        return switch (function) {
            case 0x00, 0x09, 0x0c, 0x0d, 0x10, 0x11, 0x14, 0x47 -> OK;
            case 0x02 -> track(disk, frame, Action.READ);
            case 0x03 -> track(disk, frame, Action.WRITE);
            case 0x04 -> track(disk, frame, Action.VERIFY);
            case 0x08 -> parameters(disk, frame);
            case 0x15 -> type(disk, frame);
            case 0x41 -> extensions(frame);
            case 0x42 -> packet(disk, frame, Action.READ);
            case 0x43 -> packet(disk, frame, Action.WRITE);
            case 0x44 -> packet(disk, frame, Action.VERIFY);
            case 0x48 -> extendedParameters(disk, frame);
            default -> INVALID;
        };
    }

    private int track(Disk disk, ByteBuffer frame, Action action) throws IOException {
        int count = frame.get(AX) & 0xff;
        int low = frame.get(CX) & 0xff;
        int cylinder = (frame.get(CX + 1) & 0xff) | ((low & 0xc0) << 2);
        int head = frame.get(DX + 1) & 0xff;
        long first = disk.geometry().number(cylinder, head, low & 0x3f);
        if (count == 0 || count > PIECE_SECTORS) {
            frame.put(AX, (byte) 0);
            return INVALID;
        }
        int status = transfer(disk, first, count, linear(frame, ES, BX), action);
        if (status != OK) {
            frame.put(AX, (byte) 0);
        }
        return status;
    }

    private int packet(Disk disk, ByteBuffer frame, Action action) throws IOException {
        long at = linear(frame, DS, SI);
        ByteBuffer packet = guest.read(at, PACKET_BYTES);
        if ((packet.get(0) & 0xff) < PACKET_BYTES) {
            return INVALID;
        }
        int count = packet.getShort(2) & 0xffff;
        long buffer = (packet.getShort(6) & 0xffffL) * 16 + (packet.getShort(4) & 0xffff);
        int status = transfer(disk, packet.getLong(8), count, buffer, action);
        if (status != OK) {
            guest.putShort(at + 2, 0);
        }
        return status;
    }

    private int transfer(Disk disk, long first, int count, long buffer, Action action)
            throws IOException {
        if (!disk.has(first, count)) {
            return NOT_FOUND;
        }
        if (action == Action.WRITE && disk.readOnly()) {
            return WRITE_PROTECTED;
        }
        for (int done = 0; done < count; ) {
            int sectors = Math.min(PIECE_SECTORS, count - done);
            int bytes = sectors * Disk.SECTOR_BYTES;
            long gpa = buffer + (long) done * Disk.SECTOR_BYTES;
            if (action == Action.READ) {
                disk.read(first + done, piece, sectors);
                memory.write(gpa, part(bytes));
            } else if (action == Action.WRITE) {
                memory.read(gpa, part(bytes));
                disk.write(first + done, piece, sectors);
            }
            done += sectors;
        }
        return OK;
    }

    private MemorySegment part(int bytes) {
        return MemorySegment.ofArray(piece).asSlice(0, bytes);
    }

    private int parameters(Disk disk, ByteBuffer frame) {
        DiskGeometry geometry = disk.geometry();
        int last = Math.min(geometry.cylinders(), 1024) - 1;
        frame.put(AX, (byte) 0);
        frame.put(CX + 1, (byte) last);
        frame.put(CX, (byte) (geometry.sectors() | ((last >> 2) & 0xc0)));
        frame.put(DX + 1, (byte) (geometry.heads() - 1));
        frame.put(DX, (byte) disks.size());
        frame.putShort(ES, (short) 0);
        frame.putShort(DI, (short) 0);
        return OK;
    }

    private static int type(Disk disk, ByteBuffer frame) {
        long sectors = Math.min(disk.sectors(), 0xffffffffL);
        frame.put(AX + 1, (byte) 3);
        frame.putShort(CX, (short) (sectors >> 16));
        frame.putShort(DX, (short) sectors);
        return -1;
    }

    private static int extensions(ByteBuffer frame) {
        if (frame.getShort(BX) != 0x55aa) {
            return INVALID;
        }
        frame.putShort(BX, (short) 0xaa55);
        // Reading, writing, and parameters by packet; version 3.0.
        frame.putShort(CX, (short) 5);
        frame.put(AX + 1, (byte) 0x30);
        return -1;
    }

    private int extendedParameters(Disk disk, ByteBuffer frame) {
        long at = linear(frame, DS, SI);
        if ((guest.read(at, 2).getShort(0) & 0xffff) < PARAMETER_BYTES) {
            return INVALID;
        }
        ByteBuffer result = GuestBytes.buffer(PARAMETER_BYTES);
        result.putShort((short) PARAMETER_BYTES);
        result.putShort((short) 2);
        result.putInt(disk.geometry().cylinders());
        result.putInt(disk.geometry().heads());
        result.putInt(disk.geometry().sectors());
        result.putLong(disk.sectors());
        result.putShort((short) Disk.SECTOR_BYTES);
        guest.write(at, result);
        return OK;
    }

    private static long linear(ByteBuffer frame, int segment, int offset) {
        return (frame.getShort(segment) & 0xffffL) * 16 + (frame.getShort(offset) & 0xffff);
    }
}
