package dev.ferry.vmm.memory;

import dev.ferry.vmm.posix.Posix;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Memory that a {@link Backing} stands for.
 *
 * @param segment unmapped when its arena is closed
 * @param descriptor of what is mapped, closed with it; -1 if there is none
 */
record HostMapping(MemorySegment segment, int descriptor) {

    /** Large pages of the processor; memory aligned to them can be backed by them. */
    private static final long ALIGNMENT = 2 << 20;

    static HostMapping of(String id, long size, Backing backing, Arena arena) throws IOException {
        return switch (backing) {
            case Backing.Anonymous() -> anonymous(size, arena);
            case Backing.SharedFile(Path path) -> file(path, size, arena);
            case Backing.Memfd() -> memfd(id, size, arena);
        };
    }

    private static HostMapping anonymous(long size, Arena arena) throws IOException {
        if (!Posix.available()) {
            return new HostMapping(arena.allocate(size, PhysicalMemory.PAGE_BYTES), -1);
        }
        long slack = size >= ALIGNMENT ? ALIGNMENT - PhysicalMemory.PAGE_BYTES : 0;
        MemorySegment all =
                Posix.mmap(
                        Math.addExact(size, slack),
                        Posix.PROT_READ | Posix.PROT_WRITE,
                        Posix.MAP_PRIVATE | Posix.MAP_ANONYMOUS | Posix.MAP_NORESERVE,
                        -1,
                        0);
        long skip = slack == 0 ? 0 : -all.address() & (ALIGNMENT - 1);
        return new HostMapping(owned(all, skip, size, -1, arena), -1);
    }

    private static HostMapping file(Path path, long size, Arena arena) throws IOException {
        try (FileChannel channel =
                FileChannel.open(
                        path,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.CREATE)) {
            // Lengthens the file when it is short, as a hole where the file system has them.
            return new HostMapping(channel.map(FileChannel.MapMode.READ_WRITE, 0, size, arena), -1);
        } catch (NoSuchFileException e) {
            throw new IOException("no such directory: " + path.toAbsolutePath().getParent(), e);
        }
    }

    private static HostMapping memfd(String id, long size, Arena arena) throws IOException {
        if (!Posix.available()) {
            throw new IOException("there is no memfd on this system");
        }
        int descriptor = Posix.memfdCreate(id);
        try {
            Posix.ftruncate(descriptor, size);
            MemorySegment all =
                    Posix.mmap(
                            size,
                            Posix.PROT_READ | Posix.PROT_WRITE,
                            Posix.MAP_SHARED,
                            descriptor,
                            0);
            return new HostMapping(owned(all, 0, size, descriptor, arena), descriptor);
        } catch (IOException e) {
            Posix.close(descriptor);
            throw e;
        }
    }

    @SuppressWarnings("restricted") // the arena's end is the mapping's
    private static MemorySegment owned(
            MemorySegment all, long skip, long size, int descriptor, Arena arena) {
        return MemorySegment.ofAddress(all.address() + skip)
                .reinterpret(
                        size,
                        arena,
                        _ -> {
                            Posix.munmap(all);
                            if (descriptor >= 0) {
                                Posix.close(descriptor);
                            }
                        });
    }
}
