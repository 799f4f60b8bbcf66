package dev.ferry.stream.convert;

import dev.ferry.stream.MigrationReader;
import dev.ferry.stream.MissingChannels;
import dev.ferry.stream.Place;
import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.stream.io.WireOutput;
import dev.ferry.stream.item.CommandId;
import dev.ferry.stream.item.SectionBody;
import dev.ferry.stream.item.SectionType;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.ram.PageCensus;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.vmstate.DescriptionIndex;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The first reading of a migration: everything but the memory, and whether it is all there. */
final class SavedVmReader {

    private final MigrationOpener opener;
    private final PageCensus census = new PageCensus();
    private final SavedBody.Store store = new SavedBody.Store();
    private final List<SavedSection> early = new ArrayList<>();
    private final List<SavedSection> live = new ArrayList<>();
    private final List<SavedSection> devices = new ArrayList<>();
    private SavedVm.@Nullable RamSection ram;
    private boolean ramWentOn;
    private boolean ramEnded;
    private boolean switchover;
    private @Nullable DescriptionIndex index;

    SavedVmReader(MigrationOpener opener) {
        this.opener = opener;
    }

    SavedVm read() throws IOException {
        try (MigrationReader reader = opener.open(census)) {
            for (StreamItem item = reader.next(); item != null; item = reader.next()) {
                item(reader, item);
            }
            requireAll(reader);
            return savedVm(reader);
        } catch (IOException | RuntimeException | Error e) {
            try {
                store.close();
            } catch (IOException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
    }

    private void item(MigrationReader reader, StreamItem item) throws IOException {
        if (item instanceof StreamItem.Section section) {
            section(reader, section);
        } else if (item instanceof StreamItem.Command command) {
            switchover |= command.id() == CommandId.SWITCHOVER_START;
        } else if (item instanceof StreamItem.Description found && found.length() > 0) {
            index = found.index();
        } else if (item instanceof StreamItem.Unreadable what) {
            throw new UnsupportedStreamException(
                    what.reason(),
                    new Place(
                            reader.channels().get(what.channel()).name(), what.at(), what.what()));
        }
    }

    private void section(MigrationReader reader, StreamItem.Section section) throws IOException {
        SectionBody body = section.body();
        if (body instanceof SectionBody.Device device) {
            // Nobody else looks into it before a destination does.
            device.state();
            ByteArrayOutputStream bytes = new ByteArrayOutputStream((int) section.bodyLength());
            try (WireOutput out = new WireOutput(Channels.newChannel(bytes))) {
                reader.copyBody(section, out);
            }
            (ramWentOn ? devices : early)
                    .add(saved(section, SavedBody.of(bytes.toByteArray()), device));
        } else if (body instanceof SectionBody.Live) {
            reader.copyBody(section, store.begin());
            live.add(saved(section, store.end(), null));
        } else {
            if (ram == null) {
                ram = new SavedVm.RamSection(section.id(), live.size());
            }
            ramWentOn |= section.type() != SectionType.START;
            ramEnded |= section.type() == SectionType.END;
        }
    }

    private static SavedSection saved(
            StreamItem.Section section, SavedBody body, SectionBody.@Nullable Device device) {
        return new SavedSection(
                section.type(),
                section.id(),
                section.name(),
                section.instance(),
                section.version(),
                body,
                device);
    }

    /** Refuses what is not all there, rather than write zeros in its place. */
    private void requireAll(MigrationReader reader) throws UnsupportedStreamException {
        if (ram == null) {
            throw lacking(reader, "there is no 'ram' section: nothing to convert");
        }
        if (census.encrypted() && !opener.decrypts()) {
            throw lacking(
                    reader,
                    "the guest's pages are encrypted (SEV): the key of the platform that they were"
                            + " sent to is needed");
        }
        String missing = MissingChannels.of(reader, census::received, ramEnded);
        if (missing != null) {
            throw lacking(reader, missing);
        }
        if (census.owed() > 0) {
            throw lacking(
                    reader,
                    "postcopy did not come to its end: "
                            + census.owed()
                            + " pages that it discarded were not sent again");
        }
    }

    private static UnsupportedStreamException lacking(MigrationReader reader, String problem) {
        return new UnsupportedStreamException(
                problem, new Place(reader.channels().getFirst().name(), 0, "section 'ram'"));
    }

    private SavedVm savedVm(MigrationReader reader) throws IOException {
        List<RamBlock> blocks = reader.ram().blocks();
        boolean ignoresShared = MissingChannels.hasCapability(reader, "x-ignore-shared");
        boolean mapped = MissingChannels.hasCapability(reader, "mapped-ram");
        List<RamBlock> shared = new ArrayList<>();
        long unsent = 0;
        for (RamBlock block : blocks) {
            long received = census.received(block);
            if (ignoresShared && received == 0) {
                shared.add(block);
            } else if (!mapped) {
                unsent += block.pages(census.pageSize()) - received;
            }
        }
        SavedPages pages = new SavedPages(opener, census, blocks, reader.ram().pageSize());
        return new SavedVm(
                new SavedVm.Parts(
                        reader.channels().getFirst().name(),
                        reader.configuration().orElse(null),
                        reader.footers().orElse(true),
                        switchover,
                        Objects.requireNonNull(ram),
                        early,
                        live,
                        devices,
                        index,
                        shared,
                        unsent,
                        store),
                pages);
    }
}
