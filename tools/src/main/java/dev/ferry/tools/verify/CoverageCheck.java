package dev.ferry.tools.verify;

import dev.ferry.stream.MigrationReader.Channel;
import dev.ferry.stream.MigrationReader.ChannelRole;
import dev.ferry.stream.MissingChannels;
import dev.ferry.stream.Place;
import dev.ferry.stream.item.CommandId;
import dev.ferry.stream.item.SectionBody;
import dev.ferry.stream.item.SectionType;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.ram.PageKind;
import dev.ferry.stream.ram.PageRun;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.ram.RamState;
import dev.ferry.tools.cli.Quantity;
import dev.ferry.tools.ram.PageSet;
import dev.ferry.tools.ram.RamCoverage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which pages came, and how often. Precopy may send a page any number of times; postcopy sends what
 * was discarded exactly once, since a destination installs a page only where it has none.
 */
final class CoverageCheck implements Check {

    private final Verification verification;
    private final RamCoverage coverage = new RamCoverage();

    /** Pages a postcopy destination has, by block. */
    private final List<PageSet> present = new ArrayList<>();

    private boolean postcopy;
    private boolean ramEnded;
    private boolean stopped;

    /** One message is enough: if one delta has no ground, many have none. */
    private boolean groundless;

    CoverageCheck(Verification verification) {
        this.verification = verification;
    }

    boolean ramEnded() {
        return ramEnded;
    }

    RamCoverage coverage() {
        return coverage;
    }

    @Override
    public void blocks(List<RamBlock> blocks, int pageSize) {
        coverage.blocks(blocks, pageSize);
        while (present.size() < blocks.size()) {
            present.add(new PageSet());
        }
    }

    @Override
    public void item(StreamItem item) {
        switch (item) {
            case StreamItem.Section section ->
                    ramEnded |=
                            section.body() instanceof SectionBody.Ram
                                    && section.type() == SectionType.END;
            case StreamItem.Command command -> {
                if (command.id() == CommandId.POSTCOPY_LISTEN) {
                    postcopy = true;
                    coverage.postcopyBegins();
                }
            }
            case StreamItem.Unreadable unreadable -> stopped |= unreadable.resumesAt() < 0;
            case StreamItem.Header header -> {}
            case StreamItem.Configuration configuration -> {}
            case StreamItem.Eof eof -> {}
            case StreamItem.Description description -> {}
            case StreamItem.Trailing trailing -> {}
        }
    }

    @Override
    public void discard(RamBlock block, long start, long length) {
        int pageSize = verification.reader().ram().pageSize();
        if (block.index() < present.size() && pageSize != 0) {
            present.get(block.index()).remove(start / pageSize, length / pageSize);
        }
    }

    @Override
    public void pages(PageRun run) {
        int index = run.block().index();
        if (index >= present.size()) {
            return;
        }
        long first = run.offset() / run.pageSize();
        PageSet set = present.get(index);
        if (run.kind() == PageKind.XBZRLE && !groundless && !set.contains(first)) {
            groundless = true;
            verification
                    .findings()
                    .warning(
                            verification.place(run),
                            "XBZRLE delta for a page that did not come before");
        }
        long added = set.add(first, run.count());
        if (postcopy && added < run.count() && !recovered()) {
            verification
                    .findings()
                    .error(
                            verification.place(run),
                            Quantity.count(run.count() - added, "page")
                                    + " of this run came before: a postcopy destination has the"
                                    + " page already and fails");
        }
        coverage.pages(run);
    }

    /** After a recovery pages that were on their way come again. */
    private boolean recovered() {
        for (Channel channel : verification.reader().channels()) {
            if (channel.role() == ChannelRole.RECOVERED) {
                return true;
            }
        }
        return false;
    }

    /** Which channels are missing, or null. */
    @Nullable String missingChannels() {
        String missing = MissingChannels.of(verification.reader(), coverage::received, ramEnded);
        return missing == null ? null : missing + "; name all with --channel";
    }

    @Override
    public void end() {
        String missing = missingChannels();
        if (missing != null) {
            verification
                    .findings()
                    .warning(
                            verification.whole("section 'ram'"),
                            missing + "; their pages are not checked");
            return;
        }
        RamState ram = verification.reader().ram();
        if (ram.pageSize() == 0 || (stopped && !ramEnded)) {
            return;
        }
        boolean shared = MissingChannels.hasCapability(verification.reader(), "x-ignore-shared");
        for (RamBlock block : ram.blocks()) {
            if (block.usedLength() % ram.pageSize() != 0) {
                verification
                        .findings()
                        .warning(
                                whole(block),
                                "used length "
                                        + Quantity.hex(block.usedLength())
                                        + " is no multiple of the page size");
            }
            boolean left = shared && coverage.received(block) == 0;
            if (block.mapped() == null && !left) {
                absent(block, ram.pageSize());
            }
        }
    }

    private void absent(RamBlock block, int pageSize) {
        PageSet set = present.get(block.index());
        long pages = block.pages(pageSize);
        long absent = pages - set.size();
        if (absent <= 0) {
            return;
        }
        String which =
                Quantity.count(absent, "page")
                        + ", the first at "
                        + Quantity.hex(set.nextMissing(0) * pageSize)
                        + ", ";
        if (postcopy) {
            verification
                    .findings()
                    .error(
                            whole(block),
                            which + "never came: a guest that touches one waits for ever");
        } else {
            verification
                    .findings()
                    .warning(whole(block), which + "never came: a destination has zeros there");
        }
    }

    private Place whole(RamBlock block) {
        return verification.whole("section 'ram' / " + block);
    }
}
