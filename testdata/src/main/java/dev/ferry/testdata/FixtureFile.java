package dev.ferry.testdata;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * One file of a capture. Sizes and digests are those of the uncompressed content.
 *
 * @param file name in the corpus, with {@code .xz}
 * @param role what the file is, in words
 * @param kind what the file is
 * @param channel the channel, counted in the order in which the source connected (0 is the main
 *     one), or {@link #NO_CHANNEL}
 * @param bytes uncompressed size
 * @param sha256 lower-case hex digest of the uncompressed content
 */
public record FixtureFile(
        String file, String role, FileKind kind, int channel, long bytes, String sha256) {

    /** The {@link #channel} of a file that is no channel. */
    public static final int NO_CHANNEL = -1;

    /** The name of the uncompressed file, such as {@code postcopy-q7.ch0.rev}. */
    public String uncompressedName() {
        return file.substring(0, file.length() - ".xz".length());
    }

    /** The uncompressed content from its first byte; the caller closes it. */
    public InputStream open() throws IOException {
        return Corpus.openXz(Corpus.QEMU + file);
    }

    /** The whole uncompressed content; no file of the corpus is larger than 10 MB. */
    public byte[] readAllBytes() throws IOException {
        try (InputStream in = open()) {
            return in.readAllBytes();
        }
    }

    /** Writes the uncompressed content into a directory, replacing an older copy. */
    public Path unpack(Path directory) throws IOException {
        Path target = directory.resolve(uncompressedName());
        try (InputStream in = open()) {
            Files.copy(in, target, StandardCopyOption.REPLACE_EXISTING);
        }
        return target;
    }
}
