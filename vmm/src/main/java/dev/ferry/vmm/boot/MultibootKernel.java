package dev.ferry.vmm.boot;

import dev.ferry.vmm.memory.AddressSpace;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * A Multiboot kernel with its modules.
 *
 * <p>Source: Multiboot Specification 0.6.96, section 3.
 */
public final class MultibootKernel {

    /** The longest file that is loaded. */
    private static final long MAX_FILE_BYTES = 1L << 30;

    private static final int PIECE_BYTES = 1 << 16;

    /**
     * A file that the kernel finds in memory.
     *
     * @param text its command line: the file's name, and what was written behind it
     */
    public record Module(Path file, String text) {}

    /**
     * What the ROM needs to start it.
     *
     * @param info address of the Multiboot information
     */
    record Loaded(int entry, int info) {}

    private final String name;
    private final ByteBuffer file;
    private final long entry;
    private final List<KernelSegment> segments;
    private final String commandLine;
    private final List<ModuleFile> modules;

    /** A module, opened. */
    record ModuleFile(String text, ByteBuffer bytes) {}

    private MultibootKernel(
            String name,
            ByteBuffer file,
            long entry,
            List<KernelSegment> segments,
            String commandLine,
            List<ModuleFile> modules) {
        this.name = name;
        this.file = file;
        this.entry = entry;
        this.segments = segments;
        this.commandLine = commandLine;
        this.modules = modules;
    }

    /**
     * Opens kernel and modules.
     *
     * @param commandLine what the kernel is told, its own name in front
     * @throws BootException if it is no Multiboot kernel, or a broken one
     */
    public static MultibootKernel open(Path kernel, String commandLine, List<Module> modules)
            throws IOException {
        String name = kernel.toString();
        ByteBuffer file = map(kernel);
        MultibootHeader header = MultibootHeader.find(file, name);
        if (header == null) {
            throw new BootException(
                    "kernel "
                            + name
                            + ": expected a Multiboot header in its first 8 KiB, found none");
        }
        List<ModuleFile> files = new java.util.ArrayList<>();
        for (Module module : modules) {
            files.add(new ModuleFile(module.text(), map(module.file())));
        }
        if (header.addresses()) {
            return new MultibootKernel(
                    name,
                    file,
                    header.entry(),
                    List.of(flat(header, file, name)),
                    commandLine,
                    files);
        }
        if (!Elf32.is(file)) {
            throw new BootException(
                    "kernel "
                            + name
                            + ": expected an ELF file or addresses in the Multiboot header, found"
                            + " neither");
        }
        Elf32 elf = Elf32.read(file, name);
        return new MultibootKernel(name, file, elf.entry(), elf.segments(), commandLine, files);
    }

    private static ByteBuffer map(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (channel.size() > MAX_FILE_BYTES) {
                throw new BootException(
                        file + ": expected at most 1 GiB, found " + channel.size() + " bytes");
            }
            // Outlives the channel, until nobody refers to it.
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size())
                    .order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    /** The piece of the file that the header's addresses say. */
    private static KernelSegment flat(MultibootHeader header, ByteBuffer file, String name)
            throws BootException {
        long before = header.headerAddress() - header.loadAddress();
        long offset = header.offset() - before;
        long bytes =
                header.loadEnd() == 0
                        ? file.limit() - offset
                        : header.loadEnd() - header.loadAddress();
        long memory = header.bssEnd() == 0 ? bytes : header.bssEnd() - header.loadAddress();
        if (before < 0
                || offset < 0
                || bytes <= 0
                || offset + bytes > file.limit()
                || memory < bytes) {
            throw new BootException(
                    "Multiboot header of "
                            + name
                            + ": its addresses do not fit the file: header 0x"
                            + Long.toHexString(header.headerAddress())
                            + ", load 0x"
                            + Long.toHexString(header.loadAddress())
                            + " to 0x"
                            + Long.toHexString(header.loadEnd())
                            + ", bss to 0x"
                            + Long.toHexString(header.bssEnd()));
        }
        return new KernelSegment(header.loadAddress(), (int) offset, (int) bytes, memory);
    }

    /**
     * Checks that it fits a machine.
     *
     * @throws BootException if it does not
     */
    public void requireRoom(MemoryMap map) throws BootException {
        place(map);
    }

    private MultibootInfo place(MemoryMap map) throws BootException {
        long end = 0;
        for (KernelSegment segment : segments) {
            if (!map.usable(segment.address(), segment.memoryBytes())) {
                throw new BootException(
                        "kernel "
                                + name
                                + ": there is no RAM for 0x"
                                + Long.toHexString(segment.memoryBytes())
                                + " bytes at 0x"
                                + Long.toHexString(segment.address()));
            }
            end = Math.max(end, segment.end());
        }
        return MultibootInfo.place(map, end, commandLine, modules, name);
    }

    /** Puts all of it into memory. */
    Loaded load(AddressSpace memory, MemoryMap map) throws BootException {
        MultibootInfo info = place(map);
        for (KernelSegment segment : segments) {
            copy(memory, segment.address(), file, segment.offset(), segment.fileBytes());
            clear(memory, segment.address() + segment.fileBytes(), segment.end());
        }
        info.write(memory);
        return new Loaded((int) entry, (int) info.address());
    }

    static void copy(AddressSpace memory, long gpa, ByteBuffer from, int offset, int length) {
        memory.write(
                gpa,
                MemorySegment.ofBuffer(from.duplicate().position(offset).limit(offset + length)));
    }

    private static void clear(AddressSpace memory, long from, long to) {
        byte[] zeros = new byte[(int) Math.min(PIECE_BYTES, to - from)];
        for (long at = from; at < to; ) {
            int bytes = (int) Math.min(zeros.length, to - at);
            memory.write(at, MemorySegment.ofArray(zeros).asSlice(0, bytes));
            at += bytes;
        }
    }
}
