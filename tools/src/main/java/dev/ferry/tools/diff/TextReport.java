package dev.ferry.tools.diff;

import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.vmstate.StateComparison;
import dev.ferry.stream.vmstate.VmStateValue;
import dev.ferry.stream.vmstate.VmStateValue.BytesValue;
import dev.ferry.tools.cli.Quantity;
import dev.ferry.tools.cli.SafeText;
import dev.ferry.tools.cli.Style;
import java.io.PrintStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Differences for people: the first few of everything. */
final class TextReport implements DiffReport {

    private static final int BYTES = 8;

    private final PrintStream out;
    private final Style style;
    private final long limit;
    private long told;
    private long left;

    /**
     * @param limit most fields of a device and ranges of a block
     */
    TextReport(PrintStream out, Style style, long limit) {
        this.out = out;
        this.style = style;
        this.limit = limit;
    }

    private void line(String text) {
        out.println(SafeText.of(text));
    }

    @Override
    public void begin(Side a, Side b) {
        line(head("A", a));
        line(head("B", b));
    }

    private static String head(String letter, Side side) {
        StringBuilder text = new StringBuilder(letter).append(": ").append(side.path());
        text.append(" (").append(side.container());
        String compression = side.input().compression().label();
        if (!compression.equals("none")) {
            text.append(", ").append(compression);
        }
        String machine = side.machine();
        text.append(machine == null ? ", machine not told" : ", " + machine);
        return text.append(')').toString();
    }

    @Override
    public void stream(String what, @Nullable String a, @Nullable String b) {
        line(what + ": A " + a + ", B " + b);
    }

    @Override
    public void endStream() {}

    @Override
    public StateComparison.Sink device(Side.Key key, long a, long b) {
        String name = style.bold("device " + SafeText.of(key.toString()));
        told = 0;
        left = 0;
        if (a < 0 || b < 0) {
            out.println(name + ": " + (a < 0 ? "B" : "A") + " only");
        } else {
            out.println(a == b ? name : name + ": version " + a + " in A, " + b + " in B");
        }
        return this::field;
    }

    private void field(String path, @Nullable VmStateValue a, @Nullable VmStateValue b) {
        if (told++ >= limit) {
            left++;
            return;
        }
        if (a instanceof BytesValue here && b instanceof BytesValue there) {
            int at = Arrays.mismatch(here.bytes(), there.bytes());
            String length =
                    here.bytes().length == there.bytes().length
                            ? " of " + here.bytes().length + " bytes"
                            : " bytes of " + here.bytes().length + " and " + there.bytes().length;
            line(
                    "  "
                            + path
                            + ": "
                            + ValueSummary.differing(here.bytes(), there.bytes())
                            + length
                            + ", from "
                            + Quantity.hex(at)
                            + " on A "
                            + ValueSummary.bytes(here.bytes(), at)
                            + ", B "
                            + ValueSummary.bytes(there.bytes(), at));
        } else if (a == null || b == null) {
            line(
                    "  "
                            + path
                            + ": "
                            + (a == null ? "B" : "A")
                            + " only, "
                            + ValueSummary.of(a == null ? b : a));
        } else {
            line("  " + path + ": A " + ValueSummary.of(a) + ", B " + ValueSummary.of(b));
        }
    }

    @Override
    public void endDevice() {
        if (left > 0) {
            out.println("  and " + Quantity.count(left) + " more fields (--limit 0 shows all)");
        }
    }

    @Override
    public void endDevices() {}

    @Override
    public void live(Side.Key key, @Nullable LiveContent a, @Nullable LiveContent b) {
        String name = "section " + key;
        if (a == null || b == null) {
            line(name + ": " + (a == null ? "B" : "A") + " only");
        } else {
            line(name + ": A " + content(a) + ", B " + content(b));
        }
    }

    private static String content(LiveContent content) {
        return Quantity.count(content.records(), "record")
                + " with "
                + Quantity.bytes(content.payloadBytes())
                + " ("
                + content.sha256().substring(0, 8)
                + ")";
    }

    @Override
    public void endLive() {}

    @Override
    public boolean details(long rangesBefore) {
        return rangesBefore < limit;
    }

    @Override
    public void block(BlockDiff block) {
        told = 0;
        left = 0;
        RamBlock a = block.a();
        RamBlock b = block.b();
        String name = style.bold("block " + SafeText.of(block.id()));
        if (a == null || b == null) {
            RamBlock one = a == null ? b : a;
            out.println(
                    name
                            + ": "
                            + (a == null ? "B" : "A")
                            + " only, "
                            + Quantity.bytes(one == null ? 0 : one.usedLength()));
            return;
        }
        if (a.usedLength() != b.usedLength()) {
            out.println(
                    name
                            + ": length A "
                            + Quantity.hex(a.usedLength())
                            + ", B "
                            + Quantity.hex(b.usedLength()));
        }
        if (block.differing() > 0) {
            out.println(
                    name
                            + ": "
                            + Quantity.count(block.differing())
                            + " of "
                            + Quantity.count(block.pages(), "page")
                            + " differ, in "
                            + Quantity.count(block.ranges(), "range"));
        }
    }

    @Override
    public void range(
            long offset,
            long pages,
            long at,
            @Nullable MemorySegment a,
            @Nullable MemorySegment b) {
        if (told++ >= limit) {
            left++;
            return;
        }
        StringBuilder text = new StringBuilder("  ").append(Quantity.hex(offset));
        text.append(": ").append(Quantity.count(pages, "page"));
        if (a != null && b != null) {
            text.append(", from ").append(Quantity.hex(at)).append(" on A ");
            text.append(bytes(a)).append(", B ").append(bytes(b));
        }
        out.println(text);
    }

    private static String bytes(MemorySegment from) {
        byte[] bytes =
                from.asSlice(0, Math.min(BYTES, from.byteSize())).toArray(ValueLayout.JAVA_BYTE);
        return ValueSummary.bytes(bytes, 0);
    }

    @Override
    public void endBlock(BlockDiff block) {
        if (left > 0) {
            out.println("  and " + Quantity.count(left) + " more ranges (--limit 0 shows all)");
        }
    }

    @Override
    public void endBlocks() {}

    @Override
    public void end(Counts counts, List<String> notices, List<String> undetermined) {
        for (String notice : notices) {
            out.println(style.dim("not counted: ") + SafeText.of(notice));
        }
        for (String what : undetermined) {
            out.println(style.yellow("not compared: ") + SafeText.of(what));
        }
        if (counts.same()) {
            out.println(counts.complete() ? "no differences" : "no differences where compared");
            return;
        }
        StringBuilder text = new StringBuilder("different: ");
        int start = text.length();
        part(text, start, counts.streamFacts(), "fact of the stream", "facts of the stream");
        part(text, start, counts.differingDevices(), "device", "devices");
        if (counts.differingFields() > 0) {
            text.append(" (").append(Quantity.count(counts.differingFields(), "field")).append(')');
        }
        part(text, start, counts.blockFacts(), "block's shape", "blocks' shapes");
        part(text, start, counts.differingPages(), "page", "pages");
        out.println(text);
    }

    private static void part(StringBuilder text, int start, long count, String one, String many) {
        if (count > 0) {
            text.append(text.length() > start ? ", " : "");
            text.append(Quantity.count(count)).append(' ').append(count == 1 ? one : many);
        }
    }
}
