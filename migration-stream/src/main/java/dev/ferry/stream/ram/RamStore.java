package dev.ferry.stream.ram;

import dev.ferry.stream.io.TemporaryFiles;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where guest blocks are put together: in memory outside the heap while they take less than half of
 * what this machine has left, else in a sparse temporary file, mapped.
 */
final class RamStore implements Closeable {

    private final Optional<AnonymousMemory> anonymous = AnonymousMemory.find();
    private final long memoryLimit = anonymous.isPresent() ? AnonymousMemory.available() / 2 : 0;
    private long memoryBytes;
    private @Nullable FileChannel file;
    private long fileBytes;

    RamStore() {}

    /** {@code length} zero bytes that take no space until written. */
    MemorySegment allocate(long length, Arena arena) throws IOException {
        if (length == 0) {
            return MemorySegment.NULL;
        }
        if (length <= memoryLimit - memoryBytes) {
            MemorySegment memory = anonymous.orElseThrow().allocate(length, arena);
            if (memory != null) {
                memoryBytes += length;
                return memory;
            }
        }
        if (file == null) {
            file = TemporaryFiles.open(null);
        }
        long at = fileBytes;
        fileBytes += (length + 0xffff) & ~0xffffL;
        try {
            return file.map(FileChannel.MapMode.READ_WRITE, at, length, arena);
        } catch (IOException e) {
            throw new IOException(
                    "a block of "
                            + length
                            + " bytes cannot be put together in the temporary directory: "
                            + e.getMessage(),
                    e);
        }
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}
