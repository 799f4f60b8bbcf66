package dev.ferry.tools.verify;

import dev.ferry.sev.stream.SevPageCheck;
import dev.ferry.sev.stream.SevSummary;
import dev.ferry.stream.Place;
import dev.ferry.stream.StreamException;
import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.stream.dump.GuestEvidence;
import dev.ferry.stream.dump.GuestLayout;
import dev.ferry.stream.dump.GuestRange;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.ram.PageRun;
import dev.ferry.stream.ram.RamBlock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Which pages of an SEV guest are private, and whether the sender treated them so. */
final class SevCheck implements Check {

    private static final int PAGE_SHIFT = 12;

    private final Verification verification;
    private final GuestEvidence evidence = new GuestEvidence();
    private final SevPageCheck pages;

    SevCheck(Verification verification) {
        this.verification = verification;
        this.pages = new SevPageCheck(verification.findings(), verification::place);
    }

    @Override
    public void item(StreamItem item) throws IOException {
        if (verification.input().sev() != null
                && item instanceof StreamItem.Section section
                && GuestEvidence.concernsMemory(section.name())) {
            try {
                evidence.item(item);
            } catch (StreamException e) {
                // Reported by the check that decodes every device.
                return;
            }
        }
    }

    @Override
    public void blocks(List<RamBlock> blocks, int pageSize) {
        pages.blocks(blocks, pageSize);
    }

    @Override
    public void pages(PageRun run) {
        pages.pages(run);
    }

    @Override
    public void end() {
        SevSummary sev = verification.input().sev();
        if (sev == null || sev.statusAt() < 0 || !sev.bitmaps().isEmpty()) {
            return;
        }
        Place at = verification.place(0, sev.statusAt(), "section 'ram' / shared regions list");
        SevPageCheck.list(sev.sharedRegions(), at, verification.findings());
        String machine =
                verification
                        .reader()
                        .configuration()
                        .map(StreamItem.Configuration::machine)
                        .orElse("");
        GuestLayout layout;
        try {
            layout = GuestLayout.of(machine, verification.reader().ram().blocks(), evidence, at);
        } catch (UnsupportedStreamException e) {
            verification
                    .findings()
                    .warning(at, "private pages were not looked for in clear: " + e.problem());
            return;
        }
        pages.compare(sev.sharedRegions(), block -> stretches(layout, block), at);
    }

    private static List<SevPageCheck.Stretch> stretches(GuestLayout layout, RamBlock block) {
        List<SevPageCheck.Stretch> stretches = new ArrayList<>();
        for (GuestRange range : layout.ranges()) {
            if (range.kind() == GuestRange.Kind.RAM && range.block().index() == block.index()) {
                stretches.add(
                        new SevPageCheck.Stretch(
                                range.blockOffset() >> PAGE_SHIFT,
                                range.start() >> PAGE_SHIFT,
                                range.length() >> PAGE_SHIFT));
            }
        }
        return stretches;
    }
}
