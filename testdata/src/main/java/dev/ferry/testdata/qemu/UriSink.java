package dev.ferry.testdata.qemu;

import java.nio.file.Path;
import java.util.List;

/**
 * QEMU puts the bytes into a file itself, or has a command do it; it waits for that one's end.
 *
 * @param uri where, in the syntax of {@code migrate}
 * @param file the file that gets them
 */
record UriSink(String uri, Path file) implements Sink, Sink.Open {

    @Override
    public Open open(QemuProcess source) {
        return this;
    }

    @Override
    public List<Path> files() {
        return List.of(file);
    }

    @Override
    public void close() {}
}
