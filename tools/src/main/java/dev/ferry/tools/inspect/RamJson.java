package dev.ferry.tools.inspect;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ferry.stream.ram.MappedRamHeader;
import dev.ferry.stream.ram.PageKind;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.ram.RamState;
import dev.ferry.stream.ram.RamStatistics;
import dev.ferry.tools.cli.Quantity;
import dev.ferry.tools.json.Json;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Guest memory in the JSON view. */
final class RamJson {

    private static final PageKind[] KINDS = PageKind.values();

    private RamJson() {}

    static void write(JsonGenerator out, Inspection inspection, @Nullable BlockDigests digests)
            throws IOException {
        RamState ram = inspection.reader().ram();
        out.writeFieldName("ram");
        summary(out, inspection);
        out.writeArrayFieldStart("ramBlocks");
        for (RamBlock block : ram.blocks()) {
            block(out, inspection, block, digests);
        }
        out.writeEndArray();
    }

    private static void summary(JsonGenerator out, Inspection inspection) throws IOException {
        RamStatistics statistics = inspection.reader().ram().statistics();
        out.writeStartObject();
        out.writeNumberField("passes", inspection.coverage().passes());
        out.writeBooleanField("ended", inspection.ramEnded());
        out.writeObjectFieldStart("records");
        out.writeNumberField("ZERO", statistics.pages(PageKind.ZERO));
        out.writeNumberField("PAGE", statistics.pages(PageKind.PLAIN));
        out.writeNumberField("XBZRLE", statistics.pages(PageKind.XBZRLE));
        out.writeNumberField("COMPRESS_PAGE", statistics.pages(PageKind.COMPRESSED));
        out.writeNumberField("CONTINUE", statistics.continued());
        out.writeNumberField("EOS", statistics.eos());
        out.writeNumberField("MULTIFD_FLUSH", statistics.flushes());
        out.writeNumberField("HOOK", statistics.hooks());
        out.writeEndObject();
        out.writeEndObject();
    }

    private static void block(
            JsonGenerator out,
            Inspection inspection,
            RamBlock block,
            @Nullable BlockDigests digests)
            throws IOException {
        RamState ram = inspection.reader().ram();
        out.writeStartObject();
        out.writeStringField("id", block.id());
        Json.unsigned(out, "length", block.usedLength());
        long pageSize = block.hostPageSize() != 0 ? block.hostPageSize() : ram.pageSize();
        Json.optional(out, "pageSize", pageSize, 0);
        if (block.guestAddress().isPresent()) {
            out.writeStringField("guestAddress", Quantity.hex(block.guestAddress().getAsLong()));
        }
        out.writeObjectFieldStart("pages");
        for (PageKind kind : KINDS) {
            out.writeNumberField(kind.key(), ram.statistics().pages(block, kind));
        }
        out.writeEndObject();
        out.writeNumberField("received", inspection.coverage().received(block));
        MappedRamHeader mapped = block.mapped();
        if (mapped != null) {
            out.writeObjectFieldStart("mappedRam");
            out.writeNumberField("offset", mapped.at());
            out.writeNumberField("version", mapped.version());
            out.writeNumberField("pageSize", mapped.pageSize());
            Json.unsigned(out, "bitmapOffset", mapped.bitmapOffset());
            Json.unsigned(out, "pagesOffset", mapped.pagesOffset());
            out.writeEndObject();
        }
        if (digests != null) {
            String note = inspection.undetermined(block);
            out.writeStringField("sha256", note == null ? digests.sha256(block) : null);
            if (note != null) {
                out.writeStringField("note", note);
            }
        }
        out.writeEndObject();
    }
}
