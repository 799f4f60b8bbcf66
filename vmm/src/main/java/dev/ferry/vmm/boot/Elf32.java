package dev.ferry.vmm.boot;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A 32-bit ELF executable for the 386, as far as a loader needs it.
 *
 * <p>Source: System V ABI, Tool Interface Standard ELF 1.2, book I, chapter 2.
 */
record Elf32(long entry, List<KernelSegment> segments) {

    private static final int MAGIC = 0x464c457f;
    private static final int CLASS_32 = 1;
    private static final int EM_386 = 3;
    private static final int PT_LOAD = 1;
    private static final int HEADER_BYTES = 52;
    private static final int PROGRAM_HEADER_BYTES = 32;
    private static final int MAX_PROGRAM_HEADERS = 1024;

    static boolean is(ByteBuffer file) {
        return file.limit() >= 4 && file.getInt(0) == MAGIC;
    }

    static Elf32 read(ByteBuffer file, String name) throws BootException {
        if (file.limit() < HEADER_BYTES) {
            throw new BootException("ELF header of " + name + ": the file ends in it");
        }
        if (file.get(4) != CLASS_32 || file.getShort(18) != EM_386) {
            throw new BootException(
                    "ELF header of "
                            + name
                            + ": expected a 32-bit executable for the 386, found class "
                            + file.get(4)
                            + ", machine "
                            + (file.getShort(18) & 0xffff));
        }
        long table = unsigned(file, 28);
        int size = file.getShort(42) & 0xffff;
        int count = file.getShort(44) & 0xffff;
        if (count > MAX_PROGRAM_HEADERS
                || size < PROGRAM_HEADER_BYTES
                || table + (long) size * count > file.limit()) {
            throw new BootException(
                    "program headers of "
                            + name
                            + ": expected them in the file, found "
                            + count
                            + " of "
                            + size
                            + " bytes at 0x"
                            + Long.toHexString(table));
        }
        List<KernelSegment> segments = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int at = (int) table + i * size;
            if (file.getInt(at) == PT_LOAD && file.getInt(at + 20) != 0) {
                segments.add(segment(file, at, i, name));
            }
        }
        if (segments.isEmpty()) {
            throw new BootException("program headers of " + name + ": there is nothing to load");
        }
        return new Elf32(unsigned(file, 24), segments);
    }

    private static KernelSegment segment(ByteBuffer file, int at, int index, String name)
            throws BootException {
        long offset = unsigned(file, at + 4);
        long fileBytes = unsigned(file, at + 16);
        long memoryBytes = unsigned(file, at + 20);
        if (offset + fileBytes > file.limit() || fileBytes > memoryBytes) {
            throw new BootException(
                    "program header "
                            + index
                            + " of "
                            + name
                            + ": expected bytes of the file, found 0x"
                            + Long.toHexString(fileBytes)
                            + " from 0x"
                            + Long.toHexString(offset)
                            + " for 0x"
                            + Long.toHexString(memoryBytes)
                            + " in memory");
        }
        return new KernelSegment(
                unsigned(file, at + 12), (int) offset, (int) fileBytes, memoryBytes);
    }

    private static long unsigned(ByteBuffer file, int at) {
        return file.getInt(at) & 0xffffffffL;
    }
}
