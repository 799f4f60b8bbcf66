package dev.ferry.tools.sev.platform;

import dev.ferry.sev.SevException;
import dev.ferry.sev.firmware.PlatformFile;
import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.Place;
import dev.ferry.tools.cli.UsageException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.ParseResult;

/** Platform files as arguments. */
final class PlatformInput {

    private PlatformInput() {}

    /** The only file that is named. */
    static String only(ParseResult options) {
        List<String> names = options.matchedPositionalValue(0, List.of());
        if (names.size() != 1) {
            throw new UsageException("expected one platform file, found " + names.size());
        }
        return names.getFirst();
    }

    static Path path(String name) throws IOException {
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            throw new FileSystemException(name, null, "is no file name");
        }
    }

    /** The platform in a file. */
    static PlatformFile read(String name) throws IOException {
        Path file = path(name);
        if (Files.isDirectory(file)) {
            throw new FileSystemException(name, null, "is a directory");
        }
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(PlatformFile.MAX_BYTES + 1);
        }
        try {
            return PlatformFile.parse(bytes);
        } catch (SevException e) {
            throw malformed(name, e);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    static MalformedStreamException malformed(String name, SevException e) {
        return new MalformedStreamException(
                "platform file: " + e.getMessage(), new Place(name, 0, ""), e);
    }
}
