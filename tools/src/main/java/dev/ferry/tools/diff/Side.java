package dev.ferry.tools.diff;

import dev.ferry.stream.LimitExceededException;
import dev.ferry.stream.MigrationReader;
import dev.ferry.stream.MissingChannels;
import dev.ferry.stream.Place;
import dev.ferry.stream.container.LibvirtSaveImage;
import dev.ferry.stream.container.Qcow2Snapshot;
import dev.ferry.stream.item.SectionBody;
import dev.ferry.stream.item.SectionType;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.ram.KeptPages;
import dev.ferry.stream.ram.PageCensus;
import dev.ferry.stream.ram.PageDigests;
import dev.ferry.stream.ram.PageSink;
import dev.ferry.stream.ram.PageSinks;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.ram.RamState;
import dev.ferry.tools.cli.Console;
import dev.ferry.tools.input.InputFiles;
import dev.ferry.tools.input.RereadableInput;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One of the two inputs: what a reading found, of its memory a digest of each page. */
final class Side implements Closeable {

    /** A section's name and instance. */
    record Key(String name, long instance) {

        @Override
        public String toString() {
            return instance == 0 ? name : name + "/" + instance;
        }
    }

    private static final int MAX_SECTIONS = 1 << 16;

    private final String letter;
    private final RereadableInput input;
    private final PageCensus census = new PageCensus();
    private final PageDigests digests = new PageDigests();
    private final Map<Key, StreamItem.Section> devices = new LinkedHashMap<>();
    private final Map<Key, LiveContent> live = new LinkedHashMap<>();
    private final List<StreamItem.Unreadable> unreadable = new ArrayList<>();
    private @Nullable MigrationReader reader;
    private boolean ramEnded;

    private Side(String letter, RereadableInput input) {
        this.letter = letter;
        this.input = input;
    }

    /**
     * Opens an input.
     *
     * @param letter A or B, for messages
     */
    static Side open(String letter, InputFiles files, Console console) throws IOException {
        try {
            return new Side(letter, RereadableInput.open(files, console));
        } catch (IOException e) {
            throw new SideException(letter, e);
        }
    }

    /**
     * Reads everything. Devices can be decoded until the next reading.
     *
     * @param ram whether page contents are wanted
     */
    void read(boolean ram) throws IOException {
        try {
            readAll(ram);
        } catch (IOException e) {
            throw new SideException(letter, e);
        }
        input.endProgress();
    }

    private void readAll(boolean ram) throws IOException {
        PageSink sink = ram ? new PageSinks(List.of(census, digests)) : census;
        MigrationReader opened = input.open(sink);
        reader = opened;
        for (StreamItem item = opened.next(); item != null; item = opened.next()) {
            if (item instanceof StreamItem.Section section) {
                section(section);
            } else if (item instanceof StreamItem.Unreadable what) {
                unreadable.add(what);
            }
        }
    }

    private void section(StreamItem.Section section) throws IOException {
        if (section.body() instanceof SectionBody.Device) {
            // Of several the last one counts, as for a destination.
            Key key = new Key(section.name(), section.instance());
            devices.remove(key);
            devices.put(key, section);
        } else if (section.body() instanceof SectionBody.Live) {
            Key key = new Key(section.name(), section.instance());
            live.computeIfAbsent(key, _ -> new LiveContent()).add(reader(), section);
        } else {
            ramEnded |= section.type() == SectionType.END;
        }
        if (devices.size() + live.size() > MAX_SECTIONS) {
            throw new LimitExceededException(
                    "device sections: expected at most " + MAX_SECTIONS + ", found more",
                    new Place(path(), section.at(), ""));
        }
    }

    /** Puts together what came as deltas, for which the input is read again. */
    void settleDeltas() throws IOException {
        if (digests.deltas()) {
            try (KeptPages kept = new KeptPages(digests::delta)) {
                readAgain(kept);
                digests.settle(kept);
            }
        }
    }

    /** Reads the input again for its memory; devices cannot be decoded any more then. */
    void readAgain(PageSink sink) throws IOException {
        try (MigrationReader again = input.open(sink)) {
            while (again.next() != null) {
                // Pages go to the sink.
            }
        } catch (IOException e) {
            throw new SideException(letter, e);
        }
        input.endProgress();
    }

    /** A or B. */
    String letter() {
        return letter;
    }

    String path() {
        return input.files().main();
    }

    RereadableInput input() {
        return input;
    }

    MigrationReader reader() {
        return Objects.requireNonNull(reader);
    }

    RamState ram() {
        return reader().ram();
    }

    PageDigests digests() {
        return digests;
    }

    /** Device sections in stream order. */
    Map<Key, StreamItem.Section> devices() {
        return devices;
    }

    /** Sections of live handlers other than RAM. */
    Map<Key, LiveContent> live() {
        return live;
    }

    List<StreamItem.Unreadable> unreadable() {
        return unreadable;
    }

    /** The machine type, or null. */
    @Nullable String machine() {
        return reader().configuration().map(StreamItem.Configuration::machine).orElse(null);
    }

    /** Kind of input, as in inspect's JSON. */
    String container() {
        if (input.container() instanceof LibvirtSaveImage) {
            return "libvirt-save";
        }
        if (input.container() instanceof Qcow2Snapshot) {
            return "qcow2-snapshot";
        }
        if (reader().postcopy()) {
            return "postcopy";
        }
        if (!reader().multifd().channels().isEmpty() || missingChannels() != null) {
            return "multifd";
        }
        return MissingChannels.hasCapability(reader(), "mapped-ram") ? "mapped-ram" : "stream";
    }

    private @Nullable String missingChannels() {
        return MissingChannels.of(reader(), census::received, ramEnded);
    }

    /** Why the whole memory cannot be told, or null. */
    @Nullable String memoryProblem() {
        String missing = missingChannels();
        if (missing != null) {
            return missing;
        }
        if (!ramEnded && !unreadable.isEmpty() && unreadable.getLast().resumesAt() < 0) {
            return "reading stopped before the end of RAM, at " + unreadable.getLast().what();
        }
        if (census.owed() > 0) {
            return "postcopy did not come to its end: "
                    + census.owed()
                    + " pages that it discarded were not sent again";
        }
        return null;
    }

    /** Why a block's content cannot be told, or null. */
    @Nullable String blockProblem(RamBlock block) {
        boolean shared =
                MissingChannels.hasCapability(reader(), "x-ignore-shared")
                        && census.received(block) == 0
                        && block.usedLength() > 0;
        return shared ? "left in shared memory (x-ignore-shared), not in the stream" : null;
    }

    @Override
    public void close() throws IOException {
        digests.close();
        try {
            if (reader != null) {
                reader.close();
            }
        } finally {
            input.close();
        }
    }
}
