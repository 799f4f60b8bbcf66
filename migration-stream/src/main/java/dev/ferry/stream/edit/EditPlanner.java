package dev.ferry.stream.edit;

import dev.ferry.stream.LimitExceededException;
import dev.ferry.stream.MigrationReader;
import dev.ferry.stream.Place;
import dev.ferry.stream.StreamListener;
import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.stream.item.SectionBody;
import dev.ferry.stream.item.SectionType;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.ram.RamBlock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a migration and finds the bytes that {@link StreamEdits} change, and all that has to change
 * with them: lengths of packages and commands, the description, places in a mapped-ram file.
 *
 * <pre>{@code
 * EditPlanner planner = new EditPlanner(edits);
 * try (MigrationReader reader = MigrationReader.of(in, options.withListener(planner))) {
 *     EditPlan plan = planner.plan(reader);
 * }
 * }</pre>
 *
 * <p>Memory does not grow with the stream's length, but for a few bytes at each place that changes.
 */
public final class EditPlanner implements StreamListener {

    private final StreamEdits edits;
    private final SectionDrops sectionDrops;
    private final SubsectionDrops subsectionDrops;
    private final FieldAssignments assignments;
    private final BlockRenames renames;
    private final Packages packages = new Packages();
    private final SectionNames names = new SectionNames();
    private final List<Splices> channels = new ArrayList<>();
    private @Nullable Head open;
    private StreamItem.@Nullable Configuration configuration;
    private StreamItem.@Nullable Description description;
    private StreamItem.@Nullable Unreadable unreadable;

    /** Whether more was passed over than one section that is not understood. */
    private boolean blind;

    /** Whether reading ended before the stream did. */
    private boolean stopped;

    private boolean ramEnded;
    private List<RamBlock> blocks = List.of();
    private long blockListEnd;

    /** A section's head whose body is being read. */
    private record Head(SectionName name) {}

    /** Plans {@code edits} for one migration. */
    public EditPlanner(StreamEdits edits) {
        this.edits = edits;
        this.sectionDrops = new SectionDrops(edits.sections());
        this.subsectionDrops = new SubsectionDrops(edits.subsections());
        this.assignments = new FieldAssignments(edits.assignments());
        this.renames = new BlockRenames(this, edits.blocks());
    }

    /**
     * Reads all of a migration.
     *
     * @param reader at its beginning, with this planner as its listener
     * @throws EditException if an edit finds nothing to change, or cannot be done
     * @throws UnsupportedStreamException if part of the stream cannot be read and an edit would
     *     have to know it
     */
    public EditPlan plan(MigrationReader reader) throws IOException, EditException {
        for (StreamItem item = reader.next(); item != null; item = reader.next()) {
            take(item);
        }
        cut();
        return finish(reader);
    }

    /** Whether RAM sections came to their END, which tells whether channels are missing. */
    public boolean ramEnded() {
        return ramEnded;
    }

    private void take(StreamItem item) throws IOException {
        Head head = open;
        open = null;
        switch (item) {
            case StreamItem.Configuration read -> configuration = read;
            case StreamItem.Section section -> {
                ramEnded |=
                        section.type() == SectionType.END
                                && section.body() instanceof SectionBody.Ram;
                sectionDrops.section(section);
                subsectionDrops.section(section);
                assignments.section(section);
            }
            case StreamItem.Command command -> {
                packages.command(command);
                renames.command(command);
            }
            case StreamItem.Unreadable section -> unreadable(section, head);
            case StreamItem.Description read -> description = read;
            case StreamItem.Header _, StreamItem.Eof _, StreamItem.Trailing _ -> {}
        }
    }

    private void unreadable(StreamItem.Unreadable section, @Nullable Head head) {
        if (unreadable == null) {
            unreadable = section;
        }
        boolean ends =
                section.resumesAt() >= 0
                        && !packages.endsAt(section.channel(), section.resumesAt());
        blind |= !ends;
        stopped |= section.resumesAt() < 0;
        if (head != null && ends) {
            long length = section.resumesAt() - section.at();
            sectionDrops.part(head.name, section.channel(), section.at(), length);
        } else if (head != null) {
            sectionDrops.endless(head.name, section.reason());
        }
    }

    /** A section that was begun did not come to its end: the connection broke in it. */
    private void cut() {
        if (open != null) {
            sectionDrops.endless(open.name, "the recording breaks off within it");
            open = null;
        }
    }

    private EditPlan finish(MigrationReader reader) throws IOException, EditException {
        requireReadable();
        while (channels.size() < reader.channels().size()) {
            channels.add(new Splices());
        }
        if (edits.machine().isPresent()) {
            machine(edits.machine().get());
        }
        assignments.finish(this);
        Set<SectionName> sections = sectionDrops.finish(this);
        List<SubsectionDrops.Dropped> subsections = subsectionDrops.finish(this);
        renames.finish();
        for (int i = 0; i < channels.size(); i++) {
            String full = channels.get(i).full();
            if (full != null) {
                throw new LimitExceededException(
                        full + ": more places than can be kept",
                        new Place(reader.channels().get(i).name(), 0, ""));
            }
            channels.get(i).requireDisjoint();
        }
        packages.finish(this);
        if (!blocks.isEmpty() && blocks.getFirst().mapped() != null) {
            MappedRamShift.add(blocks, blockListEnd, reader.ram().pageSize(), channels.getFirst());
        }
        describe(reader, sections, subsections);
        return new EditPlan(channels);
    }

    /** What was not read may be damaged, or name what is renamed or dropped. */
    private void requireReadable() throws UnsupportedStreamException {
        StreamItem.Unreadable where = unreadable;
        if (where == null) {
            return;
        }
        if (stopped) {
            throw unsupported("it is not known whether the stream is whole", where);
        }
        // The value of a field is complete in itself.
        boolean only =
                edits.machine().isEmpty()
                        && sectionDrops.isEmpty()
                        && subsectionDrops.isEmpty()
                        && renames.isEmpty();
        if (blind && !only) {
            throw unsupported("not all that would have to change can be found", where);
        }
    }

    private static UnsupportedStreamException unsupported(
            String problem, StreamItem.Unreadable where) {
        return new UnsupportedStreamException(
                problem + ", because " + where.what() + " cannot be read: " + where.reason(),
                new Place("channel " + where.channel(), where.at(), ""));
    }

    private void machine(String name) throws EditException {
        StreamItem.Configuration read = configuration;
        if (read == null) {
            throw new EditException(
                    "the stream has no configuration section, and so no machine name");
        }
        ByteBuffer bytes = ByteBuffer.allocate(4 + name.length());
        bytes.putInt(name.length());
        for (int i = 0; i < name.length(); i++) {
            bytes.put((byte) name.charAt(i));
        }
        splices(read.channel())
                .replace(
                        read.at() + 1, 4L + read.machine().length(), bytes.array(), "machine name");
    }

    private void describe(
            MigrationReader reader,
            Set<SectionName> sections,
            List<SubsectionDrops.Dropped> subsections)
            throws IOException {
        StreamItem.Description read = description;
        if (read == null) {
            return;
        }
        Place place = new Place(reader.channels().get(read.channel()).name(), read.at(), "");
        DescriptionText text = new DescriptionText(read.index(), place);
        if (edits.machine().isPresent()) {
            text.machineNameLength(edits.machine().get().length());
        }
        text.drop(sections);
        for (SubsectionDrops.Dropped each : subsections) {
            text.dropSubsection(each.section(), each.name(), each.bytes());
        }
        byte[] json = text.changed();
        if (json != null) {
            ByteBuffer bytes = ByteBuffer.allocate(4 + json.length);
            bytes.putInt(json.length).put(json);
            splices(read.channel())
                    .replace(read.at() + 1, 4 + read.length(), bytes.array(), "description");
        }
    }

    // --- for the edits -----------------------------------------------------------------------

    /** What changes in a channel, to be added to. */
    Splices splices(int channel) {
        while (channels.size() <= channel) {
            channels.add(new Splices());
        }
        return channels.get(channel);
    }

    List<Integer> editedChannels() {
        List<Integer> edited = new ArrayList<>();
        for (int i = 0; i < channels.size(); i++) {
            if (!channels.get(i).isEmpty()) {
                edited.add(i);
            }
        }
        return edited;
    }

    /** What to say when no section is called {@code name}. */
    EditException missing(String what, String name) {
        return new EditException("no " + what + " '" + name + "'" + names.instead(name) + unread());
    }

    /** What to say when no section is called like the beginning of {@code path}. */
    EditException missingDeviceOf(String path) {
        int dot = path.indexOf('.');
        if (dot < 0) {
            return new EditException("field: expected DEVICE.FIELD, found '" + path + "'");
        }
        // Bus paths have dots, too: the device's name is more likely to end behind a slash.
        int after = path.indexOf('.', Math.max(dot, path.indexOf('/')));
        return missing("device", path.substring(0, after < 0 ? dot : after));
    }

    private String unread() {
        StreamItem.Unreadable where = unreadable;
        return where == null ? "" : "; " + where.what() + " cannot be read: " + where.reason();
    }

    // --- StreamListener ----------------------------------------------------------------------

    @Override
    public void section(
            int channel,
            long at,
            int depth,
            SectionType type,
            long id,
            String name,
            long instance,
            long version,
            long bodyAt) {
        cut();
        names.add(name);
        open = new Head(new SectionName(name, instance));
    }

    @Override
    public void blockList(int channel, long at, long length, List<RamBlock> list) {
        blocks = list;
        blockListEnd = at + length;
        renames.blockList(channel, at, list);
    }

    @Override
    public void blockName(int channel, long at, RamBlock block) {
        renames.blockName(channel, at, block.id());
    }

    @Override
    public void packet(int channel, long at, String name) {
        renames.packet(channel, at, name);
    }
}
