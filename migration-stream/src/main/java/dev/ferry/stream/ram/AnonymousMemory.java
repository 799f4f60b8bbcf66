package dev.ferry.stream.ram;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Private memory straight from the kernel: zero without having been written, and in huge pages, so
 * that filling it is not slowed down by a fault for every page. {@code mmap(2)}, Linux.
 */
final class AnonymousMemory {

    private static final int PROT_READ_WRITE = 0x1 | 0x2;
    private static final int MAP_PRIVATE_ANONYMOUS_NORESERVE = 0x02 | 0x20 | 0x4000;
    private static final int MADV_HUGEPAGE = 14;
    private static final long MAP_FAILED = -1;

    private final MethodHandle mmap;
    private final MethodHandle munmap;
    private final MethodHandle madvise;

    private AnonymousMemory(MethodHandle mmap, MethodHandle munmap, MethodHandle madvise) {
        this.mmap = mmap;
        this.munmap = munmap;
        this.madvise = madvise;
    }

    /** Access to the system's calls, where there are such. */
    @SuppressWarnings("restricted") // native access is what this class is for
    static Optional<AnonymousMemory> find() {
        if (!System.getProperty("os.name", "").equals("Linux")) {
            return Optional.empty();
        }
        Linker linker = Linker.nativeLinker();
        SymbolLookup lookup = linker.defaultLookup();
        Optional<MemorySegment> map = lookup.find("mmap");
        Optional<MemorySegment> unmap = lookup.find("munmap");
        Optional<MemorySegment> advise = lookup.find("madvise");
        if (map.isEmpty() || unmap.isEmpty() || advise.isEmpty()) {
            return Optional.empty();
        }
        ValueLayout.OfLong word = ValueLayout.JAVA_LONG;
        ValueLayout.OfInt flag = ValueLayout.JAVA_INT;
        return Optional.of(
                new AnonymousMemory(
                        linker.downcallHandle(
                                map.get(),
                                FunctionDescriptor.of(word, word, word, flag, flag, flag, word)),
                        linker.downcallHandle(unmap.get(), FunctionDescriptor.of(flag, word, word)),
                        linker.downcallHandle(
                                advise.get(), FunctionDescriptor.of(flag, word, word, flag))));
    }

    /** Bytes that programs can still get without swapping; 0 where the system does not say. */
    static long available() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
                if (line.startsWith("MemAvailable:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
                }
            }
        } catch (java.io.IOException | NumberFormatException e) {
            return 0;
        }
        return 0;
    }

    /** {@code length} zero bytes that live as long as {@code arena}; null if the kernel refuses. */
    @SuppressWarnings("restricted") // as above
    @Nullable MemorySegment allocate(long length, Arena arena) {
        try {
            long address =
                    (long)
                            mmap.invokeExact(
                                    0L,
                                    length,
                                    PROT_READ_WRITE,
                                    MAP_PRIVATE_ANONYMOUS_NORESERVE,
                                    -1,
                                    0L);
            if (address == MAP_FAILED) {
                return null;
            }
            // Only advice: a kernel without huge pages says no, and nothing is lost.
            int ignored = (int) madvise.invokeExact(address, length, MADV_HUGEPAGE);
            return MemorySegment.ofAddress(address)
                    .reinterpret(length, arena, s -> release(address, length));
        } catch (Throwable e) {
            throw new IllegalStateException("mmap", e);
        }
    }

    private void release(long address, long length) {
        try {
            int ignored = (int) munmap.invokeExact(address, length);
        } catch (Throwable e) {
            throw new IllegalStateException("munmap", e);
        }
    }
}
