package dev.ferry.tools.input;

import dev.ferry.sev.stream.SevReading;
import dev.ferry.sev.stream.SevSummary;
import dev.ferry.stream.Limits;
import dev.ferry.stream.MigrationReader;
import dev.ferry.stream.ReaderOptions;
import dev.ferry.stream.StreamListener;
import dev.ferry.stream.container.Compression;
import dev.ferry.stream.container.Container;
import dev.ferry.stream.container.OpenedInput;
import dev.ferry.stream.convert.MigrationOpener;
import dev.ferry.stream.convert.Rewound;
import dev.ferry.stream.io.ByteSource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.ram.PageSink;
import dev.ferry.stream.vmstate.LayoutSource;
import dev.ferry.tools.cli.Console;
import dev.ferry.tools.cli.Progress;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An input that is read more than once, with all its channels. */
public final class RereadableInput implements MigrationOpener, Closeable {

    private final InputFiles files;
    private final Console console;
    private final @Nullable LayoutSource layouts;
    private final SevReading sev;
    private final OpenedInput opened;
    private final Rewound main;
    private final List<Rewound> channels = new ArrayList<>();
    private @Nullable Progress progress;

    private RereadableInput(
            InputFiles files,
            Console console,
            @Nullable LayoutSource layouts,
            SevReading sev,
            OpenedInput opened,
            Rewound main) {
        this.files = files;
        this.console = console;
        this.layouts = layouts;
        this.sev = sev;
        this.opened = opened;
        this.main = main;
    }

    /** Opens an input; what cannot seek is unpacked into a temporary file. */
    public static RereadableInput open(InputFiles files, Console console) throws IOException {
        LayoutSource layouts = MigrationInput.layouts(files);
        SevReading sev = SevInput.of(files, false);
        OpenedInput opened = MigrationInput.openContainer(files, console.in());
        RereadableInput input =
                new RereadableInput(files, console, layouts, sev, opened, rewound(opened.stream()));
        try {
            for (String channel : files.channels()) {
                input.channels.add(rewound(MigrationInput.openChannel(channel, console.in())));
            }
        } catch (IOException | RuntimeException | Error e) {
            try {
                input.close();
            } catch (IOException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
        return input;
    }

    private static Rewound rewound(ByteSource source) throws IOException {
        try {
            return Rewound.of(source, Limits.DEFAULT);
        } catch (IOException | RuntimeException | Error e) {
            try {
                source.close();
            } catch (IOException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
    }

    /** What the main file is. */
    public Container container() {
        return opened.container();
    }

    /** What the main file is wrapped in. */
    public Compression compression() {
        return opened.compression();
    }

    /** The files it was opened from. */
    public InputFiles files() {
        return files;
    }

    /** What the stream has of SEV, as far as it was last read; null if there is nothing. */
    public @Nullable SevSummary sev() {
        return sev.summary();
    }

    @Override
    public boolean decrypts() {
        return files.sevKey() != null;
    }

    @Override
    public MigrationReader open(PageSink pages) throws IOException {
        return open(pages, StreamListener.NONE);
    }

    /** How it is read, but for who takes the pages. */
    public ReaderOptions options() {
        return ReaderOptions.DEFAULT
                .withPageSize(files.pageSize())
                .withLayouts(layouts)
                .withExtension(sev);
    }

    /** As the other one, with {@code listener} told about the stream's parts. */
    public MigrationReader open(PageSink pages, StreamListener listener) throws IOException {
        endProgress();
        WireInput in = new WireInput(main.again());
        Progress shown = new Progress(console, files.main(), in.size());
        progress = shown;
        in.onProgress(shown);
        MigrationReader reader =
                MigrationReader.of(in, options().withPages(pages).withListener(listener));
        for (Rewound channel : channels) {
            reader.addChannel(new WireInput(channel.again()));
        }
        return reader;
    }

    /**
     * The bytes of a channel from its beginning; no reader that was opened before is used any more.
     *
     * @param number as its reader numbers it: 0 is the main one
     */
    public ByteSource channel(int number) throws IOException {
        return (number == 0 ? main : channels.get(number - 1)).again();
    }

    /**
     * All of the main file, unpacked, with what precedes the stream in it; whoever asks closes it.
     *
     * @return null if it is no regular file, which can be opened only once
     */
    public @Nullable ByteSource file() throws IOException {
        return !files.main().equals(InputFiles.STANDARD_INPUT)
                        && Files.isRegularFile(Path.of(files.main()))
                ? MigrationInput.openChannel(files.main(), console.in())
                : null;
    }

    /** Takes the line about reading away, before anything else is said. */
    public void endProgress() {
        if (progress != null) {
            progress.close();
            progress = null;
        }
    }

    @Override
    public void close() throws IOException {
        endProgress();
        IOException failure = null;
        channels.add(main);
        for (Rewound each : channels) {
            try {
                each.close();
            } catch (IOException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
