package dev.ferry.tools.inspect;

import dev.ferry.stream.Finding;
import dev.ferry.stream.Findings;
import dev.ferry.stream.MigrationReader;
import dev.ferry.stream.MissingChannels;
import dev.ferry.stream.Place;
import dev.ferry.stream.StreamException;
import dev.ferry.stream.container.LibvirtSaveImage;
import dev.ferry.stream.container.Qcow2Snapshot;
import dev.ferry.stream.item.CommandId;
import dev.ferry.stream.item.SectionBody;
import dev.ferry.stream.item.SectionType;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.multifd.MultiFdChannel;
import dev.ferry.stream.ram.PageKind;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.ram.RamStatistics;
import dev.ferry.tools.ExitCode;
import dev.ferry.tools.input.MigrationInput;
import dev.ferry.tools.ram.RamCoverage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What one reading of an input found out. Filled by {@link #read}; complete as far as the input
 * could be read, whatever ended it.
 */
final class Inspection {

    private final MigrationInput input;
    private final RamCoverage coverage;
    private final FlashVariables flash;
    private final SectionTable sections = new SectionTable();
    private final Map<CommandId, Long> commands = new EnumMap<>(CommandId.class);
    private final List<StreamItem.Unreadable> unreadable = new ArrayList<>();
    private final List<StreamException> damagedDevices = new ArrayList<>();
    private final Map<Long, GuestCpu> cpus = new TreeMap<>();
    private final List<Long> halted = new ArrayList<>();
    private StreamItem.@Nullable Header header;
    private StreamItem.@Nullable Description description;
    private @Nullable GlobalState globalState;
    private @Nullable IOException failure;
    private boolean ended;
    private boolean ramEnded;
    private long trailing;
    private long commandBytes;
    private long pagesBefore;

    Inspection(MigrationInput input, RamCoverage coverage, FlashVariables flash) {
        this.input = input;
        this.coverage = coverage;
        this.flash = flash;
    }

    /** Reads the whole input; a damage is noted, not thrown. */
    void read(InspectionListener listener) {
        MigrationReader reader = input.reader();
        try {
            for (StreamItem item = reader.next(); item != null; item = reader.next()) {
                item(item, listener);
            }
        } catch (IOException e) {
            failure = e;
        }
    }

    private void item(StreamItem item, InspectionListener listener) throws IOException {
        // No pattern switch: linking one takes longer than reading many a stream.
        if (item instanceof StreamItem.Section section) {
            section(section, listener);
        } else if (item instanceof StreamItem.Command command) {
            command(command, listener);
        } else if (item instanceof StreamItem.Header read) {
            header = read;
        } else if (item instanceof StreamItem.Eof) {
            ended = true;
        } else if (item instanceof StreamItem.Description read) {
            description = read;
        } else if (item instanceof StreamItem.Trailing read) {
            trailing = read.length();
        } else if (item instanceof StreamItem.Unreadable read) {
            unreadable.add(read);
        }
    }

    private void command(StreamItem.Command command, InspectionListener listener)
            throws IOException {
        Long before = commands.get(command.id());
        commands.put(command.id(), before == null ? 1L : before + 1);
        commandBytes += 5 + command.length();
        if (command.id() == CommandId.POSTCOPY_LISTEN) {
            coverage.postcopyBegins();
        }
        listener.command(command);
    }

    private void section(StreamItem.Section section, InspectionListener listener)
            throws IOException {
        long pages = 0;
        if (section.body() instanceof SectionBody.Ram) {
            long now = pages();
            pages = now - pagesBefore;
            pagesBefore = now;
            ramEnded |= section.type() == SectionType.END;
        }
        sections.add(section, pages);
        listener.section(section, pages);
        if (section.body() instanceof SectionBody.Device device) {
            try {
                listener.device(section, device);
                notable(section, device);
            } catch (StreamException e) {
                // The section's length is known, so its damage does not reach what follows it.
                damagedDevices.add(e);
            }
        }
    }

    private void notable(StreamItem.Section section, SectionBody.Device device) throws IOException {
        switch (section.name()) {
            case GlobalState.SECTION -> globalState = GlobalState.of(device.state().root());
            case "cpu" -> {
                GuestCpu cpu = GuestCpu.of(section.instance(), device.state().root());
                if (cpu != null) {
                    cpus.put(section.instance(), cpu);
                }
            }
            case "cpu_common" -> {
                Long isHalted = GuestCpu.integer(device.state().root(), "halted");
                if (isHalted != null && isHalted != 0) {
                    halted.add(section.instance());
                }
            }
            default -> {}
        }
    }

    private long pages() {
        RamStatistics statistics = input.reader().ram().statistics();
        long sum = 0;
        for (PageKind kind : PageKind.values()) {
            sum += statistics.pages(kind);
        }
        return sum;
    }

    // --- what was found ------------------------------------------------------------------------

    MigrationInput input() {
        return input;
    }

    MigrationReader reader() {
        return input.reader();
    }

    RamCoverage coverage() {
        return coverage;
    }

    /** The firmware's variables; null if there is no flash that holds any. */
    @Nullable UefiVariables uefi() {
        return flash.variables();
    }

    SectionTable sections() {
        return sections;
    }

    /** How many commands of each kind. */
    Map<CommandId, Long> commands() {
        return commands;
    }

    long count(CommandId id) {
        return commands.getOrDefault(id, 0L);
    }

    /** Bytes of all commands. */
    long commandBytes() {
        return commandBytes;
    }

    List<StreamItem.Unreadable> unreadable() {
        return unreadable;
    }

    StreamItem.@Nullable Header header() {
        return header;
    }

    Optional<StreamItem.Configuration> configuration() {
        return input.reader().configuration();
    }

    StreamItem.@Nullable Description description() {
        return description;
    }

    @Nullable GlobalState globalState() {
        return globalState;
    }

    /** vCPUs by index. */
    Map<Long, GuestCpu> cpus() {
        return cpus;
    }

    /** Indexes of vCPUs that wait in HLT. */
    List<Long> halted() {
        return halted;
    }

    /** What ended the reading early, or null. */
    @Nullable IOException failure() {
        return failure;
    }

    /** Whether the end mark was read. */
    boolean ended() {
        return ended;
    }

    /** Bytes behind the end; -1 if there are some and nobody knows how many. */
    long trailing() {
        return trailing;
    }

    /** Whether a RAM section of type END was read: nothing of guest memory follows one. */
    boolean ramEnded() {
        return ramEnded;
    }

    boolean ignoresShared() {
        return MissingChannels.hasCapability(reader(), "x-ignore-shared");
    }

    boolean mappedRam() {
        return MissingChannels.hasCapability(reader(), "mapped-ram");
    }

    /** Which channels are missing, or null; not known of a damaged input. */
    private @Nullable String missingChannels() {
        if (failure != null) {
            return null;
        }
        String missing = MissingChannels.of(reader(), coverage::received, ramEnded);
        return missing == null ? null : missing + "; name all with --channel";
    }

    /** Kind of input, as in the JSON. */
    String container() {
        if (input.opened().container() instanceof LibvirtSaveImage) {
            return "libvirt-save";
        }
        if (input.opened().container() instanceof Qcow2Snapshot) {
            return "qcow2-snapshot";
        }
        return reader().postcopy()
                ? "postcopy"
                : usesMultiFd() ? "multifd" : mappedRam() ? "mapped-ram" : "stream";
    }

    /** Whether multifd channels were given, or the main one shows that there were some. */
    boolean usesMultiFd() {
        return !reader().multifd().channels().isEmpty() || missingChannels() != null;
    }

    /** Why the content of a block cannot be told; null if it can. */
    @Nullable String undetermined(RamBlock block) {
        if (failure != null) {
            return "reading ended early: " + failure.getMessage();
        }
        String missing = missingChannels();
        if (missing != null) {
            return missing;
        }
        if (!unreadable.isEmpty() && unreadable.getLast().resumesAt() < 0 && !ramEnded) {
            return "reading stopped before the end of RAM, at " + unreadable.getLast().what();
        }
        RamStatistics statistics = reader().ram().statistics();
        if (statistics.pages(block, PageKind.ENCRYPTED) > 0 && input.files().sevKey() == null) {
            return "has encrypted pages (--sev-key opens them)";
        }
        if (ignoresShared() && coverage.received(block) == 0 && block.usedLength() > 0) {
            return "left in shared memory (x-ignore-shared), not in the stream";
        }
        // A few bytes can claim a block of terabytes: nobody waits for the digest of its silence.
        long came = coverage.received(block) * reader().ram().pageSize();
        if (block.mapped() == null && block.usedLength() - came > Math.max(SILENT_BYTES, came)) {
            return "most of it never came";
        }
        return null;
    }

    /** Memory that never came and is digested all the same, as zeros. */
    private static final long SILENT_BYTES = 4L << 30;

    /** All findings: the reader's, ours, and what ended the reading. */
    Findings findings() {
        Findings all = new Findings(Integer.MAX_VALUE);
        for (Finding finding : reader().findings().list()) {
            all.add(finding);
        }
        for (StreamException damage : damagedDevices) {
            all.error(damage.at(), damage.problem());
        }
        for (StreamItem.Unreadable item : unreadable) {
            all.warning(
                    place(item.channel(), item.at(), item.what()),
                    "cannot be read: " + item.reason());
        }
        String missing = missingChannels();
        if (missing != null && failure == null) {
            all.warning(place(0, 0, "section 'ram'"), missing);
        }
        String layouts = input.layoutProblem();
        if (layouts != null) {
            all.warning(place(0, 0, ""), layouts);
        }
        if (failure instanceof StreamException e) {
            all.error(e.at(), e.problem());
        } else if (failure != null) {
            all.error(input.main().here(), String.valueOf(failure.getMessage()));
        }
        return all;
    }

    private Place place(int channel, long at, String where) {
        return new Place(reader().channels().get(channel).name(), at, where);
    }

    ExitCode exitCode() {
        if (failure != null) {
            return ExitCode.of(failure);
        }
        if (!damagedDevices.isEmpty()) {
            return ExitCode.of(damagedDevices.getFirst());
        }
        return unreadable.isEmpty() && missingChannels() == null
                ? ExitCode.OK
                : ExitCode.UNSUPPORTED;
    }

    /** The line for stderr if the reading did not go well, else null. */
    @Nullable String complaint() {
        if (failure != null) {
            return String.valueOf(failure.getMessage());
        }
        if (!damagedDevices.isEmpty()) {
            return String.valueOf(damagedDevices.getFirst().getMessage());
        }
        if (!unreadable.isEmpty()) {
            StreamItem.Unreadable first = unreadable.getFirst();
            return first.what()
                    + " cannot be read: "
                    + first.reason()
                    + " ("
                    + place(first.channel(), first.at(), "")
                    + ")";
        }
        String missing = missingChannels();
        return missing == null ? null : input.files().main() + ": " + missing;
    }

    /** Bytes of multifd channels. */
    long multiFdBytes() {
        long sum = 0;
        for (MultiFdChannel channel : reader().multifd().channels()) {
            sum += channel.input().offset();
        }
        return sum;
    }
}
