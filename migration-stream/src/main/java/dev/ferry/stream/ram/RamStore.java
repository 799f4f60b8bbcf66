package dev.ferry.stream.ram;

import dev.ferry.stream.io.TemporaryFiles;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Memory for guest blocks: one sparse temporary file, mapped. What is small lies in the memory file
 * system if there is one, so that it never reaches a disk; what is large goes to the temporary
 * directory, so that a guest larger than this machine's memory can be put together.
 */
final class RamStore implements Closeable {

    private static final Path MEMORY = Path.of("/dev/shm");

    private @Nullable FileChannel small;
    private @Nullable FileChannel large;
    private long smallBytes;
    private long largeBytes;

    /** Most bytes that may go to the memory file system: half of what it has free at the start. */
    private final long smallLimit = memoryFileSystemRoom() / 2;

    private static long memoryFileSystemRoom() {
        try {
            return Files.isWritable(MEMORY) ? Files.getFileStore(MEMORY).getUsableSpace() : 0;
        } catch (IOException e) {
            return 0;
        }
    }

    /** {@code length} zero bytes that take no space until written. */
    MemorySegment allocate(long length, Arena arena) throws IOException {
        if (length == 0) {
            return MemorySegment.NULL;
        }
        long rounded = (length + 0xffff) & ~0xffffL;
        if (smallBytes + rounded <= smallLimit) {
            if (small == null) {
                small = TemporaryFiles.open(MEMORY);
            }
            long at = smallBytes;
            smallBytes += rounded;
            return map(small, at, length, arena);
        }
        if (large == null) {
            large = TemporaryFiles.open(null);
        }
        long at = largeBytes;
        largeBytes += rounded;
        return map(large, at, length, arena);
    }

    private static MemorySegment map(FileChannel file, long at, long length, Arena arena)
            throws IOException {
        return file.map(FileChannel.MapMode.READ_WRITE, at, length, arena);
    }

    @Override
    public void close() throws IOException {
        if (small != null) {
            small.close();
        }
        if (large != null) {
            large.close();
        }
    }
}
