package dev.ferry.tools.verify;

import dev.ferry.stream.Place;
import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.stream.vmstate.VmStateDump;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * The QEMU that is to load a stream, as its {@code -dump-vmstate} tells.
 *
 * @param file the dump's path as the user wrote it
 */
record Destination(String file, VmStateDump dump) {

    /** QEMU's own have 2 MiB. */
    private static final long MAX_BYTES = 64 << 20;

    static Destination read(String file) throws IOException {
        Path path;
        try {
            path = Path.of(file);
        } catch (InvalidPathException e) {
            throw new FileSystemException(file, null, "is no file name");
        }
        if (Files.isDirectory(path)) {
            throw new FileSystemException(file, null, "is a directory");
        }
        if (Files.size(path) > MAX_BYTES) {
            throw new UnsupportedStreamException(
                    "vmstate dump: expected at most "
                            + MAX_BYTES
                            + " bytes, found "
                            + Files.size(path),
                    new Place(file, 0, ""));
        }
        return new Destination(file, VmStateDump.parse(Files.readAllBytes(path), file));
    }
}
