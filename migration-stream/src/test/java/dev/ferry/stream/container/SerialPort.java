package dev.ferry.stream.container;

import java.io.Closeable;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a guest prints on a serial port that QEMU takes for a file: a named pipe. */
final class SerialPort implements Closeable {

    private final Path path;
    private final Received received;

    SerialPort(Path path) throws IOException {
        Tool.filter(new byte[0], "mkfifo", "-m", "666", path.toString());
        this.path = path;
        this.received = new Received("the guest", () -> new FileInputStream(path.toFile()));
    }

    /** The first {@code count} characters. */
    String await(int count) {
        return received.await(text -> text.length() >= count).substring(0, count);
    }

    @Override
    public void close() throws IOException {
        Files.delete(path);
    }
}
