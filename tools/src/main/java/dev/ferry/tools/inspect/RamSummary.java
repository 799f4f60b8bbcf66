package dev.ferry.tools.inspect;

import dev.ferry.stream.item.SectionType;
import dev.ferry.stream.ram.PageKind;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.ram.RamState;
import dev.ferry.tools.cli.Quantity;
import dev.ferry.tools.cli.SafeText;
import dev.ferry.tools.cli.Style;
import dev.ferry.tools.cli.TextTable;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Guest memory in the summary: blocks with their pages, and the course of the migration. */
final class RamSummary {

    private static final String INDENT = "  ";
    private static final int SHOWN = 6;

    private final Inspection inspection;
    private final PrintStream out;
    private final Style style;

    RamSummary(Inspection inspection, PrintStream out, Style style) {
        this.inspection = inspection;
        this.out = out;
        this.style = style;
    }

    void print(@Nullable BlockDigests digests) {
        RamState ram = inspection.reader().ram();
        long bytes = 0;
        for (RamBlock block : ram.blocks()) {
            bytes += block.usedLength();
        }
        out.println();
        out.println(
                style.bold("RAM")
                        + "  "
                        + Quantity.count(ram.blocks().size(), "block")
                        + ", "
                        + Quantity.bytes(bytes)
                        + (ram.pageSize() == 0
                                ? ""
                                : ", pages of " + Quantity.bytes(ram.pageSize())));
        blocks(ram);
        if (digests != null) {
            sha256(ram, digests);
        }
        iterations();
    }

    private void blocks(RamState ram) {
        List<PageKind> kinds = new ArrayList<>();
        for (PageKind kind : PageKind.values()) {
            if (ram.statistics().pages(kind) > 0) {
                kinds.add(kind);
            }
        }
        boolean addresses =
                !ram.blocks().isEmpty() && ram.blocks().getFirst().guestAddress().isPresent();
        TextTable table = new TextTable("lr" + "r".repeat(kinds.size()) + "rr");
        List<String> head = new ArrayList<>(List.of("block", "size"));
        for (PageKind kind : kinds) {
            head.add(title(kind));
        }
        boolean absent = neverSent(ram);
        head.add(absent ? "never sent" : "");
        head.add(addresses ? "guest address" : "");
        table.row(head.toArray(new String[0]));
        for (RamBlock block : ram.blocks()) {
            List<String> row = new ArrayList<>();
            row.add(SafeText.of(block.id()));
            row.add(
                    Quantity.bytes(block.usedLength())
                            + (block.hostPageSize() == 0
                                    ? ""
                                    : " on " + Quantity.bytes(block.hostPageSize())));
            for (PageKind kind : kinds) {
                row.add(number(ram.statistics().pages(block, kind)));
            }
            row.add(absent ? number(neverSent(block, ram.pageSize())) : "");
            row.add(
                    block.guestAddress().isPresent()
                            ? Quantity.hex(block.guestAddress().getAsLong())
                            : "");
            table.row(row.toArray(new String[0]));
        }
        List<String> lines = table.lines(INDENT);
        for (int i = 0; i < lines.size(); i++) {
            if (i == 0 && !ram.blocks().isEmpty()) {
                out.println(style.dim(lines.get(i)));
            } else if (i > 0) {
                out.println(lines.get(i));
            }
        }
    }

    /** A column's heading: pages as sent, in a word. */
    private static String title(PageKind kind) {
        return switch (kind) {
            case ZERO -> "zero";
            case PLAIN -> "plain";
            case XBZRLE -> "xbzrle";
            case COMPRESSED -> "compressed";
            case ENCRYPTED -> "encrypted";
            case MULTIFD -> "multifd";
            case MULTIFD_ZERO -> "multifd zero";
            case MAPPED -> "mapped";
        };
    }

    /** Whether any page of any block never came. */
    private boolean neverSent(RamState ram) {
        for (RamBlock block : ram.blocks()) {
            if (ram.pageSize() != 0 && neverSent(block, ram.pageSize()) > 0) {
                return true;
            }
        }
        return false;
    }

    private long neverSent(RamBlock block, int pageSize) {
        // In mapped-ram a clear bit says that the page is zero.
        return block.mapped() != null
                ? 0
                : block.pages(pageSize) - inspection.coverage().received(block);
    }

    private static String number(long n) {
        return n == 0 ? "-" : Quantity.count(n);
    }

    private void sha256(RamState ram, BlockDigests digests) {
        out.println(INDENT + style.dim("SHA-256 of the final contents"));
        TextTable table = new TextTable("ll");
        for (RamBlock block : ram.blocks()) {
            String note = inspection.undetermined(block);
            String digest = digests.sha256(block);
            table.row(
                    SafeText.of(block.id()),
                    note == null && digest != null ? digest : "unknown: " + note);
        }
        for (String line : table.lines(INDENT)) {
            out.println(line);
        }
    }

    /** The RAM sections, empty ones in a row told as one. */
    private void iterations() {
        SectionTable sections = inspection.sections();
        List<Integer> visits = new ArrayList<>();
        long empty = 0;
        long all = 0;
        for (int i = 0; i < sections.size(); i++) {
            if (sections.binding(i).kind() == SectionTable.Kind.RAM) {
                all++;
                if (sections.type(i) == SectionType.PART && sections.count(i) == 0) {
                    empty++;
                } else {
                    visits.add(i);
                }
            }
        }
        if (all == 0) {
            return;
        }
        long passes = inspection.coverage().passes();
        out.println(
                INDENT
                        + style.dim("sections  ")
                        + Quantity.count(all)
                        + (empty == 0 ? "" : ", " + Quantity.count(empty) + " of them empty")
                        + (passes < 2 ? "" : "; " + passes + " passes over memory"));
        TextTable table = new TextTable("lrr");
        for (int i = 0; i < visits.size(); i++) {
            if (visits.size() > SHOWN && i == SHOWN - 1) {
                between(table, visits, i);
                i = visits.size() - 1;
            }
            int section = visits.get(i);
            table.row(
                    sections.type(section).key(),
                    Quantity.count(sections.count(section), "page"),
                    Quantity.bytes(sections.length(section)));
        }
        for (String line : table.lines(INDENT + " ".repeat(10))) {
            out.println(line);
        }
    }

    private void between(TextTable table, List<Integer> visits, int from) {
        SectionTable sections = inspection.sections();
        long pages = 0;
        long bytes = 0;
        for (int i = from; i < visits.size() - 1; i++) {
            pages += sections.count(visits.get(i));
            bytes += sections.length(visits.get(i));
        }
        table.row(
                Quantity.count(visits.size() - 1 - from) + " more",
                Quantity.count(pages, "page"),
                Quantity.bytes(bytes));
    }
}
