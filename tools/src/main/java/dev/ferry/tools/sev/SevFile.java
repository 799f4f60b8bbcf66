package dev.ferry.tools.sev;

import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.Place;
import dev.ferry.tools.cli.Console;
import dev.ferry.tools.cli.UsageException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * A small file of SEV's: binary as firmware has it, base64 as QEMU and libvirt take and give it, or
 * hex as {@code ferry inspect --json} prints it. Told apart by content: no certificate is text, and
 * no session of 128 random bytes can be.
 */
final class SevFile {

    static final String STANDARD_INPUT = "-";

    /** More than all certificates of a platform take, in hex. */
    private static final int MAX_BYTES = 256 << 10;

    private SevFile() {}

    /**
     * The content, decoded.
     *
     * @param name a path, or {@code -} for standard input
     */
    static byte[] read(String name, Console console) throws IOException {
        byte[] bytes = bytes(name, console);
        byte[] decoded = SevText.decode(bytes);
        if (decoded != bytes) {
            Arrays.fill(bytes, (byte) 0);
        }
        return decoded;
    }

    private static byte[] bytes(String name, Console console) throws IOException {
        if (name.equals(STANDARD_INPUT)) {
            return limited(name, console.in());
        }
        Path path;
        try {
            path = Path.of(name);
        } catch (InvalidPathException e) {
            throw new FileSystemException(name, null, "is no file name");
        }
        if (Files.isDirectory(path)) {
            throw new FileSystemException(name, null, "is a directory");
        }
        try (InputStream in = Files.newInputStream(path)) {
            return limited(name, in);
        }
    }

    private static byte[] limited(String name, InputStream in) throws IOException {
        byte[] bytes = in.readNBytes(MAX_BYTES + 1);
        if (bytes.length > MAX_BYTES) {
            throw malformed(name, 0, "expected at most " + MAX_BYTES + " bytes, found more");
        }
        return bytes;
    }

    /** The only input that is named. */
    static String only(List<String> names) {
        if (names.size() != 1) {
            throw new UsageException("expected one file, found " + names.size());
        }
        return names.getFirst();
    }

    /** What is wrong with a file's content. */
    static MalformedStreamException malformed(String name, long offset, String problem) {
        return new MalformedStreamException(problem, new Place(name, offset, ""));
    }

    /** Base64 as QEMU takes it. */
    static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
