package dev.ferry.tools.input;

import dev.ferry.sev.stream.SevReading;
import dev.ferry.sev.stream.SevSummary;
import dev.ferry.stream.Limits;
import dev.ferry.stream.MigrationReader;
import dev.ferry.stream.ReaderOptions;
import dev.ferry.stream.container.Containers;
import dev.ferry.stream.container.OpenOptions;
import dev.ferry.stream.container.OpenedInput;
import dev.ferry.stream.io.ByteSource;
import dev.ferry.stream.io.InputStreamSource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.ram.PageSink;
import dev.ferry.stream.vmstate.LayoutSource;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** An input that was opened: its wrapping is known, its channels are there to be read. */
public final class MigrationInput implements Closeable {

    private final InputFiles files;
    private final OpenedInput opened;
    private final long bytes;
    private final WireInput main;
    private final MigrationReader reader;
    private final @Nullable LayoutSource layouts;
    private final SevReading sev;

    private MigrationInput(
            InputFiles files,
            OpenedInput opened,
            long bytes,
            WireInput main,
            MigrationReader reader,
            @Nullable LayoutSource layouts,
            SevReading sev) {
        this.files = files;
        this.opened = opened;
        this.bytes = bytes;
        this.main = main;
        this.reader = reader;
        this.layouts = layouts;
        this.sev = sev;
    }

    /**
     * Opens an input with all its channels.
     *
     * @param standardInput what {@code -} means
     * @param pages takes guest memory
     */
    public static MigrationInput open(InputFiles files, InputStream standardInput, PageSink pages)
            throws IOException {
        return open(files, standardInput, pages, false);
    }

    /**
     * The same.
     *
     * @param checkAll whether every packet of an SEV guest is checked, and all that is wrong with
     *     them is a finding
     */
    public static MigrationInput open(
            InputFiles files, InputStream standardInput, PageSink pages, boolean checkAll)
            throws IOException {
        LayoutSource layouts = layouts(files);
        SevReading sev = SevInput.of(files, checkAll);
        OpenedInput opened = openContainer(files, standardInput);
        long bytes = size(files.main());
        WireInput main = new WireInput(opened.stream());
        MigrationReader reader =
                MigrationReader.of(
                        main,
                        ReaderOptions.DEFAULT
                                .withPages(pages)
                                .withPageSize(files.pageSize())
                                .withLayouts(layouts)
                                .withExtension(sev));
        try {
            for (String channel : files.channels()) {
                reader.addChannel(new WireInput(openChannel(channel, standardInput)));
            }
            for (String reverse : files.reverse()) {
                reader.addReturnPath(new WireInput(openChannel(reverse, standardInput)));
            }
        } catch (IOException | RuntimeException | Error e) {
            try {
                reader.close();
            } catch (IOException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
        return new MigrationInput(files, opened, bytes, main, reader, layouts, sev);
    }

    /** Opens what the main file holds, without its channels. */
    public static OpenedInput openContainer(InputFiles files, InputStream standardInput)
            throws IOException {
        OpenOptions options = new OpenOptions(files.snapshot(), Limits.DEFAULT);
        if (files.main().equals(InputFiles.STANDARD_INPUT)) {
            return Containers.open(files.main(), standardInput, options);
        }
        Path path = path(files.main());
        requireNoDirectory(path);
        return Containers.open(path, options);
    }

    /** Opens a further channel, unpacked. */
    static ByteSource openChannel(String file, InputStream standardInput) throws IOException {
        if (file.equals(InputFiles.STANDARD_INPUT)) {
            return Containers.openChannel(new InputStreamSource(file, standardInput)).stream();
        }
        Path path = path(file);
        requireNoDirectory(path);
        return Containers.openChannel(path).stream();
    }

    /** The layouts that the user brought along, or null. */
    static @Nullable LayoutSource layouts(InputFiles files) throws IOException {
        return files.layouts() == null ? null : LayoutFile.read(path(files.layouts()));
    }

    static void requireNoDirectory(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            throw new FileSystemException(path.toString(), null, "is a directory");
        }
    }

    private static Path path(String file) throws IOException {
        try {
            return Path.of(file);
        } catch (InvalidPathException e) {
            throw new FileSystemException(file, null, "is no file name");
        }
    }

    private static long size(String file) throws IOException {
        if (file.equals(InputFiles.STANDARD_INPUT)) {
            return -1;
        }
        Path path = path(file);
        return Files.isRegularFile(path) ? Files.size(path) : -1;
    }

    public InputFiles files() {
        return files;
    }

    /** The main file's wrapping. */
    public OpenedInput opened() {
        return opened;
    }

    /** The main file's length as it lies there, or -1 where it has none. */
    public long bytes() {
        return bytes;
    }

    /** The main channel. */
    public WireInput main() {
        return main;
    }

    public MigrationReader reader() {
        return reader;
    }

    /** What the stream has of SEV, as far as it was read; null if there is nothing. */
    public @Nullable SevSummary sev() {
        return sev.summary();
    }

    /** What is odd about the layouts that were brought along, or null; known when all was read. */
    public @Nullable String layoutProblem() {
        if (layouts == null || layouts.machine().isEmpty() || reader.configuration().isEmpty()) {
            return null;
        }
        String machine = reader.configuration().get().machine();
        return machine.equals(layouts.machine())
                ? null
                : "the layouts in "
                        + files.layouts()
                        + " are of machine '"
                        + layouts.machine()
                        + "', the stream is of '"
                        + machine
                        + "'";
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
