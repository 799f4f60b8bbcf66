package dev.ferry.vmm.boot;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A raw disk image, in sectors. A last sector that is cut short ends in zeros. */
public final class Disk implements Closeable {

    /** Bytes of a sector. */
    public static final int SECTOR_BYTES = 512;

    // Not a FileChannel, which an interrupt of the calling thread would close.
    private final RandomAccessFile file;
    private final boolean readOnly;
    private final long sectors;
    private final DiskGeometry geometry;

    private Disk(RandomAccessFile file, boolean readOnly, long sectors, DiskGeometry geometry) {
        this.file = file;
        this.readOnly = readOnly;
        this.sectors = sectors;
        this.geometry = geometry;
    }

    /**
     * Opens an image.
     *
     * @param geometry what the user wants it to look like, or null for what its size suggests
     */
    public static Disk open(Path image, boolean readOnly, @Nullable DiskGeometry geometry)
            throws IOException {
        if (!Files.exists(image)) {
            throw new NoSuchFileException(image.toString());
        }
        RandomAccessFile file = new RandomAccessFile(image.toFile(), readOnly ? "r" : "rw");
        try {
            long sectors = (file.length() + SECTOR_BYTES - 1) / SECTOR_BYTES;
            return new Disk(
                    file,
                    readOnly,
                    sectors,
                    geometry == null ? DiskGeometry.of(sectors) : geometry);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    boolean readOnly() {
        return readOnly;
    }

    long sectors() {
        return sectors;
    }

    DiskGeometry geometry() {
        return geometry;
    }

    /** Whether there are that many sectors there. */
    boolean has(long first, long count) {
        return first >= 0 && first <= sectors && count <= sectors - first;
    }

    /** Reads whole sectors. */
    synchronized void read(long first, byte[] into, int count) throws IOException {
        file.seek(first * SECTOR_BYTES);
        int length = count * SECTOR_BYTES;
        int done = 0;
        while (done < length) {
            int got = file.read(into, done, length - done);
            if (got < 0) {
                java.util.Arrays.fill(into, done, length, (byte) 0);
                return;
            }
            done += got;
        }
    }

    /** Writes whole sectors. */
    synchronized void write(long first, byte[] from, int count) throws IOException {
        file.seek(first * SECTOR_BYTES);
        file.write(from, 0, count * SECTOR_BYTES);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
