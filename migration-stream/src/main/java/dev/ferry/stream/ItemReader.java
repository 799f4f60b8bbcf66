package dev.ferry.stream;

import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.item.CommandId;
import dev.ferry.stream.item.SectionBody;
import dev.ferry.stream.item.SectionType;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.item.Tag;
import dev.ferry.stream.live.LiveSection;
import dev.ferry.stream.postcopy.CommandPayload;
import dev.ferry.stream.postcopy.CommandReader;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.ram.RamSectionReader;
import dev.ferry.stream.ram.RamState;
import dev.ferry.stream.vmstate.DescriptionIndex;
import dev.ferry.stream.vmstate.Footers;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Reads the items of one main channel.
 *
 * <pre>
 *  header configuration? { section | command }* EOF description?
 * </pre>
 *
 * A channel that goes on after a postcopy recovery has neither header nor configuration and knows
 * the section ids of the one before. Source: QEMU migration/savevm.c, qemu_loadvm_state.
 */
final class ItemReader {

    private static final int RAM_VERSION = 4;

    private final WireInput in;
    private final int channel;
    private final MigrationState state;
    private final RamSectionReader ram;

    /** Enclosing PACKAGED commands: where each ends, and what its own region's end was. */
    private final Deque<OpenPackage> packages = new ArrayDeque<>();

    private boolean begun;
    private boolean ended;
    private boolean done;

    private record OpenPackage(long end, long outer) {}

    ItemReader(WireInput in, int channel, MigrationState state, boolean continued) {
        this.in = in;
        this.channel = channel;
        this.state = state;
        this.ram = new RamSectionReader(state.ram(), state.limits(), channel);
        this.begun = continued;
    }

    int channel() {
        return channel;
    }

    WireInput input() {
        return in;
    }

    /** Whether the end mark was reached. */
    boolean ended() {
        return ended;
    }

    /** The next item, or null when there is nothing more to read. */
    @Nullable StreamItem next() throws IOException {
        if (done) {
            return null;
        }
        in.leaveTo(0);
        if (!begun) {
            begun = true;
            return header();
        }
        leavePackages();
        if (ended) {
            return afterEnd();
        }
        long at = in.offset();
        int tag =
                in.u8(state.lastSection().isEmpty() ? "item" : "item after " + state.lastSection());
        return switch (tag) {
            case Tag.QEMU_VM_EOF -> end(at);
            case Tag.QEMU_VM_SECTION_START -> named(at, SectionType.START);
            case Tag.QEMU_VM_SECTION_FULL -> named(at, SectionType.FULL);
            case Tag.QEMU_VM_SECTION_PART -> bound(at, SectionType.PART);
            case Tag.QEMU_VM_SECTION_END -> bound(at, SectionType.END);
            case Tag.QEMU_VM_COMMAND -> command(at);
            case Tag.QEMU_VM_CONFIGURATION -> configuration(at);
            default ->
                    throw in.malformed(
                            at,
                            "item"
                                    + (state.lastSection().isEmpty()
                                            ? ""
                                            : " after " + state.lastSection())
                                    + ": expected a section, a command or the end mark, found tag 0x"
                                    + Integer.toHexString(tag));
        };
    }

    private StreamItem header() throws IOException {
        long at = in.offset();
        long magic = in.u32("stream header");
        if (magic != Tag.QEMU_VM_FILE_MAGIC) {
            throw in.malformed(
                    at,
                    "stream header: expected magic 0x5145564d (\"QEVM\"), found 0x"
                            + Long.toHexString(magic));
        }
        long version = in.u32("stream version");
        if (version != Tag.QEMU_VM_FILE_VERSION) {
            throw in.unsupported(
                    at + 4,
                    version < Tag.QEMU_VM_FILE_VERSION
                            ? "stream version: expected 3, found "
                                    + version
                                    + " (too old: QEMU 0.11 and before)"
                            : "stream version: expected 3, found " + version + " (too new)");
        }
        return new StreamItem.Header(channel, at, (int) version);
    }

    private StreamItem configuration(long at) throws IOException {
        if (!packages.isEmpty()
                || state.configuration() != null
                || !state.lastSection().isEmpty()) {
            throw in.malformed(at, "configuration: expected only once, right after the header");
        }
        StreamItem.Configuration read = ConfigurationReader.read(in, channel, at, state.listener());
        state.configure(read);
        return read;
    }

    // --- sections ----------------------------------------------------------------------------

    private StreamItem named(long at, SectionType type) throws IOException {
        long id = in.u32("section id");
        long nameAt = in.offset();
        String name = in.str8("section name");
        if (name.isEmpty()) {
            throw in.malformed(nameAt, "section name: expected at least one character, found none");
        }
        in.enter("section " + id + " '" + name + "'");
        long instance = in.u32("instance id");
        long versionAt = in.offset();
        long version = in.u32("section version");
        boolean isRam = name.equals("ram");
        if (isRam && version != RAM_VERSION) {
            throw in.unsupported(
                    versionAt, "version of section 'ram': expected 4, found " + version);
        }
        LiveSection live = isRam ? null : LiveSection.of(name);
        SectionBinding section = new SectionBinding(id, name, instance, version, isRam, live);
        if (!state.bind(section)) {
            throw in.exceeds(
                    at + 1,
                    "section ids",
                    MigrationState.MAX_SECTIONS + 1L,
                    MigrationState.MAX_SECTIONS);
        }
        return body(at, type, section);
    }

    private StreamItem bound(long at, SectionType type) throws IOException {
        long idAt = in.offset();
        long id = in.u32("section id");
        SectionBinding section = state.section(id);
        if (section == null) {
            throw in.malformed(
                    idAt,
                    "section "
                            + type.key()
                            + ": expected the id of a section that was started, found "
                            + id);
        }
        in.enter(section);
        return body(at, type, section);
    }

    private StreamItem body(long at, SectionType type, SectionBinding section) throws IOException {
        state.listener()
                .section(
                        channel,
                        at,
                        packages.size(),
                        type,
                        section.id(),
                        section.name(),
                        section.instance(),
                        section.version(),
                        in.offset());
        SectionBody body;
        if (section.isRam()) {
            ram.readBody(in, state.ramFeatures(), state.sync());
            body = new SectionBody.Ram();
        } else if (section.live() != null) {
            body = section.live().read(in, state.listener().live(channel));
        } else if (type != SectionType.FULL) {
            return unreadable(at, section, "a live section of a kind that is not known", -1);
        } else {
            DeviceSections.Passed passed = device(section);
            if (passed.device() == null) {
                return unreadable(at, section, passed.reason(), passed.length());
            }
            body = passed.device();
        }
        boolean footer = footer(section);
        in.leave();
        state.passed(section.toString());
        return new StreamItem.Section(
                channel,
                at,
                packages.size(),
                type,
                section.id(),
                section.name(),
                section.instance(),
                section.version(),
                in.offset() - at,
                body,
                footer);
    }

    private DeviceSections.Passed device(SectionBinding section) throws IOException {
        if (packages.isEmpty()) {
            state.devices().locate(in);
        }
        return state.devices().read(in, section, state.clues(), state.footers());
    }

    /**
     * Goes on behind a section that cannot be read, if anything tells where that is: its footer,
     * which was recognised {@code length} bytes ahead, or the end of the enclosing package.
     */
    private StreamItem unreadable(long at, SectionBinding section, String reason, long length)
            throws IOException {
        OpenPackage enclosing = packages.peek();
        long resumesAt = -1;
        if (length >= 0 && state.footers() == Footers.PRESENT) {
            in.skip(length, "section");
            footer(section);
            state.passed(section.toString());
            resumesAt = in.offset();
        } else if (enclosing != null) {
            in.skip(enclosing.end - in.offset(), "rest of the package");
            resumesAt = enclosing.end;
        } else {
            done = true;
        }
        return new StreamItem.Unreadable(
                channel, at, packages.size(), section.toString(), reason, resumesAt);
    }

    /**
     * The footer, if this stream has footers: {@code u8 0x7e, u32 section id}. The first section
     * tells, for all of them.
     */
    private boolean footer(SectionBinding section) throws IOException {
        long at = in.offset();
        int tag = in.peek(0);
        if (state.footers() == Footers.UNKNOWN) {
            // Without footers the next item follows: its tag is at most 0x08.
            state.footers(
                    tag >= 0 && tag <= Tag.QEMU_VM_COMMAND ? Footers.ABSENT : Footers.PRESENT);
        }
        if (state.footers() == Footers.ABSENT) {
            return false;
        }
        int found = in.u8("section footer");
        if (found != Tag.QEMU_VM_SECTION_FOOTER) {
            throw in.malformed(
                    at, "section footer: expected 0x7e, found 0x" + Integer.toHexString(found));
        }
        long id = in.u32("section footer");
        if (id != section.id()) {
            throw in.malformed(
                    at + 1, "section footer: expected id " + section.id() + ", found " + id);
        }
        return true;
    }

    // --- commands ----------------------------------------------------------------------------

    private StreamItem command(long at) throws IOException {
        StreamItem.Command command = CommandReader.read(in, channel, at, packages.size());
        // No pattern switch: linking one takes longer than reading many a stream.
        CommandPayload payload = command.payload();
        if (payload instanceof CommandPayload.Advise advise) {
            advise(at, advise);
        } else if (payload instanceof CommandPayload.Discard discard) {
            discard(at, discard);
        } else if (payload instanceof CommandPayload.Packaged packaged) {
            enterPackage(at, packaged.length());
        }
        if (command.id() == CommandId.POSTCOPY_LISTEN) {
            state.postcopyBegins();
        }
        state.passed("command " + command.id());
        return command;
    }

    private void advise(long at, CommandPayload.Advise advise) throws IOException {
        long size = advise.targetPageSize();
        if (!RamState.possiblePageSize(size)) {
            throw in.malformed(
                    at,
                    "command POSTCOPY_ADVISE: expected a target page size from 256 to 65536, found "
                            + Long.toUnsignedString(size));
        }
        int known = state.ram().pageSize();
        if (known != 0 && known != size) {
            throw in.malformed(
                    at,
                    "command POSTCOPY_ADVISE: expected target page size "
                            + known
                            + ", found "
                            + size);
        }
        state.ram().pageSize((int) size);
        state.adviseHostPages(advise.hostPageSizes());
    }

    private void discard(long at, CommandPayload.Discard discard) throws IOException {
        RamBlock block = state.ram().block(discard.block());
        if (block == null) {
            throw in.malformed(
                    at,
                    "command POSTCOPY_RAM_DISCARD: block '"
                            + discard.block()
                            + "' is not in the block list");
        }
        for (CommandPayload.Range range : discard.ranges()) {
            long start = range.start();
            if (start < 0
                    || range.length() < 0
                    || start > block.usedLength()
                    || range.length() > block.usedLength() - start) {
                throw in.malformed(
                        at,
                        "command POSTCOPY_RAM_DISCARD: 0x"
                                + Long.toHexString(range.length())
                                + " bytes at 0x"
                                + Long.toHexString(start)
                                + " are not within the 0x"
                                + Long.toHexString(block.usedLength())
                                + " bytes of "
                                + block);
            }
            if (state.ram().pageSize() != 0) {
                state.ram().announce();
                state.ram().sink().discard(block, start, range.length());
            }
            // Else no page was ever received that could be forgotten.
        }
    }

    private void enterPackage(long at, long length) throws IOException {
        if (packages.size() >= state.limits().packagedDepth()) {
            throw in.exceeds(
                    at,
                    "nested PACKAGED commands",
                    packages.size() + 1L,
                    state.limits().packagedDepth());
        }
        if (length > state.limits().commandBytes()) {
            throw in.exceeds(
                    in.offset() - 4, "bytes in a package", length, state.limits().commandBytes());
        }
        long end = in.offset() + length;
        packages.push(new OpenPackage(end, in.confine(length, "package")));
        in.ensureSeekable(length, state.limits());
    }

    private void leavePackages() throws IOException {
        while (!packages.isEmpty() && in.offset() >= packages.element().end) {
            in.release(packages.pop().outer);
        }
    }

    // --- the end -----------------------------------------------------------------------------

    private StreamItem end(long at) throws IOException {
        if (!packages.isEmpty()) {
            throw in.malformed(at, "end mark inside a package");
        }
        ended = true;
        state.devices().reportMissing(in.at(at));
        state.passed("the end mark");
        return new StreamItem.Eof(channel, at);
    }

    private @Nullable StreamItem afterEnd() throws IOException {
        long at = in.offset();
        int tag = in.peek(0);
        if (tag < 0) {
            done = true;
            return null;
        }
        if (tag == Tag.QEMU_VM_VMDESCRIPTION && !state.described()) {
            return description(at);
        }
        done = true;
        OptionalLong size = in.size();
        return new StreamItem.Trailing(channel, at, size.isPresent() ? size.getAsLong() - at : -1);
    }

    private StreamItem description(long at) throws IOException {
        in.u8("description tag");
        in.enter("description");
        int length = in.length32(state.limits().descriptionBytes(), "description's length");
        DescriptionFinder.Found found = state.devices().found();
        DescriptionIndex index;
        if (found != null && found.at() == at && found.length() == length) {
            in.skip(length, "description");
            index = found.index();
        } else {
            Place json = in.here();
            byte[] text = in.bytes(length, "description");
            index = length == 0 ? DescriptionIndex.EMPTY : DescriptionIndex.of(text, json);
        }
        in.leave();
        state.described(true);
        return new StreamItem.Description(channel, at, length, index);
    }
}
