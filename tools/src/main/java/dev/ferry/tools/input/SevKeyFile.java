package dev.ferry.tools.input;

import dev.ferry.sev.SevException;
import dev.ferry.sev.cert.P384PrivateKey;
import dev.ferry.sev.firmware.PlatformFile;
import dev.ferry.sev.stream.KeyedReceiver;
import dev.ferry.sev.stream.PacketReceiver;
import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.Place;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Supplier;

/** A file with the private key of a platform's PDH. */
public final class SevKeyFile {

    /** More than any key or platform takes. */
    private static final int MAX_BYTES = 1 << 20;

    private SevKeyFile() {}

    /**
     * Reads the key: PEM with an EC key on P-384 (PKCS#8 or SEC 1), or a platform file.
     *
     * @throws IOException if it cannot be read or holds none; the message has the file's name
     */
    public static P384PrivateKey read(String file) throws IOException {
        byte[] bytes = bytes(file);
        try {
            return isJson(bytes) ? platform(bytes) : P384PrivateKey.ofPem(bytes);
        } catch (SevException e) {
            throw new MalformedStreamException(
                    "SEV key: " + e.getMessage(), new Place(file, 0, ""), e);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /** The PDH's key of a software platform. */
    private static P384PrivateKey platform(byte[] bytes) throws SevException {
        try (PlatformFile platform = PlatformFile.parse(bytes)) {
            return platform.pdhKey();
        }
    }

    /** PEM never begins with a brace. */
    private static boolean isJson(byte[] bytes) {
        for (byte b : bytes) {
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                return b == '{';
            }
        }
        return false;
    }

    /** Receivers that open what was sent to the owner of that key. */
    static Supplier<PacketReceiver> receivers(String file) throws IOException {
        P384PrivateKey key = read(file);
        return () -> new KeyedReceiver(key.copy());
    }

    private static byte[] bytes(String file) throws IOException {
        Path path;
        try {
            path = Path.of(file);
        } catch (InvalidPathException e) {
            throw new FileSystemException(file, null, "is no file name");
        }
        MigrationInput.requireNoDirectory(path);
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new MalformedStreamException(
                        "SEV key: longer than any key is", new Place(file, MAX_BYTES, ""));
            }
            return bytes;
        }
    }
}
