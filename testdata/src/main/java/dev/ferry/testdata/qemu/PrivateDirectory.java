package dev.ferry.testdata.qemu;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A QEMU's sockets and logs. Not in the test's directory: the name of a socket has room for about a
 * hundred bytes.
 *
 * @param path the directory
 */
record PrivateDirectory(Path path) {

    static PrivateDirectory create() throws IOException {
        return new PrivateDirectory(Files.createTempDirectory("ferry-qemu"));
    }

    Path file(String name) {
        return path.resolve(name);
    }

    void delete() throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(path);
    }
}
