package dev.ferry.stream.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** Files that nobody sees and that cannot outlive the process. */
public final class TemporaryFiles {

    private TemporaryFiles() {}

    /**
     * Opens an empty sparse file for reading and writing.
     *
     * @param directory where, or null for the system's temporary directory
     */
    public static FileChannel open(@Nullable Path directory) throws IOException {
        Path path =
                directory == null
                        ? Files.createTempFile("ferry-", ".tmp")
                        : Files.createTempFile(directory, "ferry-", ".tmp");
        FileChannel channel =
                FileChannel.open(
                        path,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.SPARSE,
                        StandardOpenOption.DELETE_ON_CLOSE);
        try {
            // Gone at once where the system allows it, so that not even a kill leaves it behind.
            Files.deleteIfExists(path);
        } catch (IOException e) {
            // Then it goes when it is closed.
        }
        return channel;
    }
}
