package dev.ferry.tools.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The file with the process id, as long as the process lives. */
final class PidFile implements AutoCloseable {

    private final Path file;

    private PidFile(Path file) {
        this.file = file;
    }

    static PidFile write(Path file) throws IOException {
        Files.writeString(file, ProcessHandle.current().pid() + "\n", StandardCharsets.US_ASCII);
        return new PidFile(file);
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // It stays, with the id of a process that is gone, as it would after a crash.
        }
    }
}
