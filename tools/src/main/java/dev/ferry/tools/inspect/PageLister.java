package dev.ferry.tools.inspect;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ferry.stream.ram.PageRun;
import dev.ferry.stream.ram.PageSink;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.tools.cli.Quantity;
import dev.ferry.tools.cli.SafeText;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;

/** Lists guest pages as they come: a line for each run of neighbours that came in the same way. */
abstract class PageLister implements PageSink {

    @Override
    public boolean wantsContents() {
        return false;
    }

    @Override
    public void blocks(List<RamBlock> blocks, int pageSize) {}

    /** Lists them as text. */
    static PageLister text(PrintStream out, boolean channels) {
        return new PageLister() {
            private boolean begun;

            @Override
            public void pages(PageRun run) {
                if (!begun) {
                    begun = true;
                    out.println((channels ? "ch  " : "") + "offset  pages  start  block  kind");
                }
                out.println(
                        (channels ? run.channel() + "  " : "")
                                + Quantity.hex(run.streamOffset())
                                + "  "
                                + run.count()
                                + "  "
                                + Quantity.hex(run.offset())
                                + "  "
                                + SafeText.of(run.block().id())
                                + "  "
                                + run.kind().key());
            }
        };
    }

    /** Lists them as items of a JSON array. */
    static PageLister json(JsonGenerator out, boolean channels) {
        return new PageLister() {
            @Override
            public void pages(PageRun run) throws IOException {
                out.writeStartObject();
                if (channels) {
                    out.writeNumberField("channel", run.channel());
                }
                out.writeNumberField("offset", run.streamOffset());
                out.writeStringField("block", run.block().id());
                out.writeNumberField("start", run.offset());
                out.writeNumberField("count", run.count());
                out.writeStringField("kind", run.kind().key());
                out.writeEndObject();
            }
        };
    }
}
