package dev.ferry.testdata.qemu;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A way for saved bytes into a QEMU that waits with {@code -incoming defer}. */
public final class Incoming {
    private final Feed feed;

    private Incoming(Feed feed) {
        this.feed = feed;
    }

    /** A stream through a pipe, as every release takes it. */
    public static Incoming pipe(Path file) {
        return new Incoming(new UriFeed("exec:cat " + Shell.quote(file)));
    }

    /** A file that QEMU opens itself: what mapped-ram needs. Not before QEMU 8.2. */
    public static Incoming file(Path file) {
        return file(file, 0);
    }

    /** A file whose stream starts at an offset. Not before QEMU 8.2. */
    public static Incoming file(Path file, long offset) {
        String name = "file:" + file.toAbsolutePath();
        return new Incoming(new UriFeed(offset == 0 ? name : name + ",offset=" + offset));
    }

    /**
     * The stream in a libvirt save image of any format, as libvirt itself would feed it: unpacked
     * by the program that the format is named after; in a sparse image mapped-ram, which the
     * settings must have.
     *
     * @throws IOException if the file is no such image
     */
    public static Incoming libvirtImage(Path image) throws IOException {
        LibvirtHeader header = LibvirtHeader.read(image);
        return header.isSparse()
                ? file(image, header.payload())
                : new Incoming(new UriFeed("exec:" + header.command(image)));
    }

    /** One connection for each file, in this order; the main channel first. */
    public static Incoming channels(List<Path> files) {
        return new Incoming(new SocketFeed(files));
    }

    /**
     * Has a QEMU load the bytes and waits until it has. The guest is stopped then.
     *
     * @param destination started with {@code -S -incoming defer}
     * @throws LoadFailedException if QEMU refuses them, with its words
     */
    public void load(QemuProcess destination, MigrationSettings settings) throws IOException {
        settings.apply(destination.qmp());
        try (Feed.Feeding feeding = feed.start(destination)) {
            String status;
            try {
                status = destination.qmp().awaitMigration("completed", "failed");
            } catch (QemuGoneException e) {
                // QEMU 7.2 may be gone before it has told anybody.
                throw failed(destination, feeding);
            }
            if (status.equals("failed")) {
                throw failed(destination, feeding);
            }
        }
    }

    private LoadFailedException failed(QemuProcess destination, Feed.Feeding feeding)
            throws IOException {
        // One thread of QEMU may wait for bytes although another has given up.
        feeding.close();
        int exit = destination.awaitExit();
        return new LoadFailedException(
                destination.peer()
                        + " refuses "
                        + feeding
                        + ": exit status "
                        + exit
                        + ", said: '"
                        + destination.messages().strip()
                        + "'");
    }
}
