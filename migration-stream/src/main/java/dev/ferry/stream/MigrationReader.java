package dev.ferry.stream;

import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.io.WireOutput;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.item.Tag;
import dev.ferry.stream.multifd.MultiFdChannel;
import dev.ferry.stream.multifd.MultiFdChannels;
import dev.ferry.stream.multifd.MultiFdHandshake;
import dev.ferry.stream.postcopy.ReturnPathMessage;
import dev.ferry.stream.postcopy.ReturnPathReader;
import dev.ferry.stream.ram.RamSectionReader;
import dev.ferry.stream.ram.RamState;
import dev.ferry.stream.spi.RamExtension;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads one migration: a main channel, and whatever further channels a recording has.
 *
 * <pre>{@code
 * try (MigrationReader reader = MigrationReader.of(new WireInput(source), ReaderOptions.DEFAULT)) {
 *     for (StreamItem item = reader.next(); item != null; item = reader.next()) {
 *         switch (item) { ... }
 *     }
 * }
 * }</pre>
 *
 * <p>{@link #next()} gives the items of the main channel (and of those that continued it after a
 * postcopy recovery) in stream order. Guest pages go to {@link ReaderOptions#pages()} meanwhile;
 * multifd channels are read in step with the main one. Constant memory, whatever the stream's size.
 * For use by one thread.
 */
public final class MigrationReader implements Closeable {

    /** What a channel turned out to be. */
    public enum ChannelRole {
        MAIN,
        MULTIFD,
        /** A main channel that went on after postcopy was interrupted. */
        RECOVERED,
        /** Postcopy's second channel: bare page records. */
        PREEMPT,
        /** Destination to source. */
        RETURN_PATH
    }

    /** A channel with its role. */
    public record Channel(int number, ChannelRole role, String name) {}

    /** A destination asks for each page it waits for; what a person looks at is less. */
    private static final int RETURN_PATH_MESSAGES = 1 << 20;

    private final ReaderOptions options;
    private final Findings findings;
    private final RamState ram;
    private final MultiFdChannels multifd = new MultiFdChannels();
    private final MigrationState state;
    private final List<Channel> channels = new ArrayList<>();
    private final Deque<WireInput> recovered = new ArrayDeque<>();
    private final Deque<WireInput> preempt = new ArrayDeque<>();
    private final List<Closeable> owned = new ArrayList<>();
    private final List<ReturnPathMessage> returnPath = new ArrayList<>();
    private ItemReader main;
    private StreamItem.@Nullable Description described;
    private boolean done;

    /** Whether {@link #next()} was left by an error, after which nothing stands where it should. */
    private boolean failed;

    private MigrationReader(WireInput main, ReaderOptions options) {
        this.options = options;
        this.findings = new Findings(options.limits().findings());
        RamExtension.Factory extension = options.extension();
        this.ram =
                new RamState(
                        options.pages(),
                        options.listener(),
                        extension == null ? null : extension.open(findings));
        if (options.pageSize() != 0) {
            ram.pageSize(options.pageSize());
        }
        this.state = new MigrationState(options, ram, multifd, findings);
        this.main = new ItemReader(main, 0, state, false);
        channels.add(new Channel(0, ChannelRole.MAIN, main.source().name()));
        owned.add(main);
    }

    /**
     * Reads the migration whose main channel is {@code main}, which the reader owns from now on.
     */
    public static MigrationReader of(WireInput main, ReaderOptions options) {
        return new MigrationReader(main, options);
    }

    /**
     * Adds a further channel from source to destination, before {@link #next()} is called. What it
     * is shows in its first bytes, so that any order will do.
     *
     * @throws StreamException if it begins like no channel
     */
    public void addChannel(WireInput in) throws IOException {
        owned.add(in);
        int number = channels.size();
        long word = in.peekU32();
        ChannelRole role;
        if (word == Tag.QEMU_VM_FILE_MAGIC) {
            throw in.malformed(
                    0,
                    "channel " + number + ": a second stream header; one main channel is expected");
        } else if (MultiFdHandshake.begins(word)) {
            role = ChannelRole.MULTIFD;
            multifd.add(new MultiFdChannel(in, number, ram));
        } else if (in.peek(0) == Tag.QEMU_VM_COMMAND) {
            role = ChannelRole.RECOVERED;
            recovered.add(in);
        } else {
            role = ChannelRole.PREEMPT;
            preempt.add(in);
        }
        channels.add(new Channel(number, role, in.source().name()));
    }

    /**
     * Adds a recorded direction from destination to source, and reads all of it. Messages beyond
     * the first million are checked but not kept, which is then a finding.
     */
    public void addReturnPath(WireInput in) throws IOException {
        owned.add(in);
        channels.add(new Channel(channels.size(), ChannelRole.RETURN_PATH, in.source().name()));
        ReturnPathReader reader = new ReturnPathReader(in, options.limits());
        long messages = returnPath.size();
        for (ReturnPathMessage m = reader.next(); m != null; m = reader.next()) {
            messages++;
            if (returnPath.size() < RETURN_PATH_MESSAGES) {
                returnPath.add(m);
            }
        }
        if (messages > RETURN_PATH_MESSAGES) {
            findings.warning(
                    in.here(),
                    "return path: "
                            + messages
                            + " messages, only the first "
                            + RETURN_PATH_MESSAGES
                            + " are kept");
        }
    }

    /**
     * The next item, or null at the end of everything.
     *
     * @throws StreamException if the stream is damaged or cannot be read; what was read before
     *     stands, nothing more can be, and further calls return null
     */
    public @Nullable StreamItem next() throws IOException {
        if (failed) {
            return null;
        }
        failed = true;
        StreamItem item = step();
        failed = false;
        return item;
    }

    private @Nullable StreamItem step() throws IOException {
        while (!done) {
            StreamItem item;
            try {
                item = main.next();
            } catch (TruncatedStreamException e) {
                if (recovered.isEmpty() || !state.postcopy()) {
                    throw e;
                }
                options.listener().cut(main.channel(), e);
                // The connection broke in the middle of something, which the next channel sends
                // again.
                item = null;
            }
            if (item != null) {
                if (item instanceof StreamItem.Description description) {
                    comparePageSize(description);
                    described = description;
                }
                return item;
            }
            if (recovered.isEmpty()) {
                done = true;
                finish();
            } else {
                WireInput in = recovered.remove();
                main = new ItemReader(in, channelNumber(in), state, true);
            }
        }
        return null;
    }

    /** What was inferred from the records is told behind them, too late to read them again. */
    private void comparePageSize(StreamItem.Description description) {
        int described = description.index().pageSize();
        if (described != 0 && ram.pageSize() != 0 && described != ram.pageSize()) {
            findings.error(
                    main.input().at(description.at()),
                    "page size: the description says "
                            + described
                            + ", pages were read as "
                            + ram.pageSize());
        }
    }

    private int channelNumber(WireInput in) {
        return owned.indexOf(in);
    }

    /** Reads what is not tied to a place in the main channel. */
    private void finish() throws IOException {
        for (WireInput in : preempt) {
            RamSectionReader reader =
                    new RamSectionReader(ram, options.limits(), channelNumber(in));
            in.enter("preempt channel");
            reader.readBare(in);
            in.leave();
        }
        multifd.readRest();
        if (ram.pageSize() == 0) {
            DescriptionFinder.Found found = state.devices().found();
            int described = found == null ? 0 : found.index().pageSize();
            ram.pageSize(RamState.possiblePageSize(described) ? described : 4096);
        }
        ram.announce();
        ram.end(main.input().here(), described);
    }

    /**
     * Writes the body of a section that {@link #next()} has just returned, as it is on the wire,
     * and goes on reading where it was.
     *
     * @throws UnsupportedOperationException if the input cannot go back to it
     */
    public void copyBody(StreamItem.Section section, WireOutput out) throws IOException {
        WireInput in = main.input();
        long here = in.offset();
        in.seek(section.bodyAt());
        try {
            in.copy(section.bodyLength(), out);
        } finally {
            in.seek(here);
        }
    }

    /** Everything about guest memory that was read so far. */
    public RamState ram() {
        return ram;
    }

    /** The multifd channels. */
    public MultiFdChannels multifd() {
        return multifd;
    }

    /** All channels, in the order they were added; the index is the channel's number. */
    public List<Channel> channels() {
        return List.copyOf(channels);
    }

    /** The configuration section, once it was read and if there is one. */
    public Optional<StreamItem.Configuration> configuration() {
        return Optional.ofNullable(state.configuration());
    }

    /** Whether sections end in footers; empty before the first section. */
    public Optional<Boolean> footers() {
        return switch (state.footers()) {
            case UNKNOWN -> Optional.empty();
            case PRESENT -> Optional.of(true);
            case ABSENT -> Optional.of(false);
        };
    }

    /** Whether the migration switched over to postcopy. */
    public boolean postcopy() {
        return state.postcopy();
    }

    /** Messages of all return paths that were added. */
    public List<ReturnPathMessage> returnPath() {
        return List.copyOf(returnPath);
    }

    /** What is worth telling without having ended the reading. */
    public Findings findings() {
        return findings;
    }

    @Override
    public void close() throws IOException {
        IOException failure = null;
        multifd.close();
        ram.close();
        for (Closeable each : owned) {
            try {
                each.close();
            } catch (IOException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
