package dev.ferry.tools.sev;

import dev.ferry.tools.cli.Console;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/** SHA-256 over files one behind the other, as LAUNCH_UPDATE_DATA takes them. */
final class LaunchDigest {

    private static final int PIECE = 1 << 16;

    private LaunchDigest() {}

    static byte[] of(List<String> files, Console console) throws IOException {
        MessageDigest digest = sha256();
        for (String file : files) {
            if (file.equals(SevFile.STANDARD_INPUT)) {
                update(digest, console.in());
                continue;
            }
            Path path = path(file);
            try (InputStream in = Files.newInputStream(path)) {
                update(digest, in);
            }
        }
        return digest.digest();
    }

    private static Path path(String file) throws IOException {
        try {
            Path path = Path.of(file);
            if (Files.isDirectory(path)) {
                throw new FileSystemException(file, null, "is a directory");
            }
            return path;
        } catch (InvalidPathException e) {
            throw new FileSystemException(file, null, "is no file name");
        }
    }

    private static void update(MessageDigest digest, InputStream in) throws IOException {
        byte[] piece = new byte[PIECE];
        for (int got = in.read(piece); got >= 0; got = in.read(piece)) {
            digest.update(piece, 0, got);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK has no SHA-256", e);
        }
    }
}
