package dev.ferry.stream;

import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.io.WireOutput;
import dev.ferry.stream.item.ConfigurationSubsection;
import dev.ferry.stream.item.SectionBody;
import dev.ferry.stream.item.SectionType;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.live.LiveListener;
import dev.ferry.stream.live.LiveSectionWriter;
import dev.ferry.stream.postcopy.CommandPayload;
import dev.ferry.stream.ram.MalformedPageException;
import dev.ferry.stream.ram.MappedRamBitmap;
import dev.ferry.stream.ram.MappedRamSequenceWriter;
import dev.ferry.stream.ram.PageKind;
import dev.ferry.stream.ram.PageRun;
import dev.ferry.stream.ram.PageSink;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.ram.RamFeatures;
import dev.ferry.stream.ram.RamSectionWriter;
import dev.ferry.stream.ram.ZeroDetection;
import dev.ferry.stream.vmstate.DescriptionIndex;
import dev.ferry.stream.vmstate.VmStateEncoder;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Writes again what is read of one channel. */
final class ChannelRecoder {

    private final int channel;
    private final WireInput in;
    private final WireOutput out;
    private final Consumer<StreamRecoder.Kept> kept;
    private final StreamWriter writer;
    private final RamSectionWriter ram;
    private @Nullable ZeroDetection opened;
    private final MappedRamSequenceWriter mapped;
    private final List<ConfigurationSubsection> subsections = new ArrayList<>();

    /** What the open PACKAGED commands say of their lengths. */
    private final Deque<Long> packages = new ArrayDeque<>();

    private long bodyAt;
    private boolean whole;

    ChannelRecoder(int channel, WireInput in, WireOutput out, Consumer<StreamRecoder.Kept> kept) {
        this.channel = channel;
        this.in = in;
        this.out = out;
        this.kept = kept;
        // Each section tells whether it has a footer.
        this.writer = new StreamWriter(out, true);
        this.ram = new RamSectionWriter(out, 0);
        this.mapped = new MappedRamSequenceWriter(out, ram, in.source().fileOrigin());
    }

    // --- parts of items, while they are read -------------------------------------------------

    RamSectionWriter ram() {
        return ram;
    }

    LiveListener live() {
        return new LiveSectionWriter(writer.out());
    }

    void configuration(ConfigurationSubsection subsection) {
        subsections.add(subsection);
    }

    void section(
            int depth,
            SectionType type,
            long id,
            String name,
            long instance,
            long version,
            long body)
            throws IOException {
        closePackages(depth);
        writer.begin(type, id, name, instance, version);
        bodyAt = body;
    }

    void blockList(List<RamBlock> blocks) throws IOException {
        RamBlock first = blocks.isEmpty() ? null : blocks.getFirst();
        if (first != null && first.mapped() != null) {
            mapped.end();
        } else {
            ram.blockList(blocks, features(blocks));
        }
    }

    void mappedBlock(long total, RamBlock block, MappedRamBitmap bitmap) throws IOException {
        mapped.block(block, total, features(List.of(block)), bitmap);
    }

    /** What the entries carry shows in the blocks. */
    private static RamFeatures features(List<RamBlock> blocks) {
        boolean addresses = false;
        long hostPageSizes = 0;
        for (RamBlock block : blocks) {
            addresses |= block.guestAddress().isPresent();
            hostPageSizes |= block.hostPageSize();
        }
        return new RamFeatures(addresses, false, hostPageSizes);
    }

    void writeOpened() {
        opened = new ZeroDetection(new Opened());
    }

    /** Pages that an extension opened, as any others. */
    private final class Opened implements PageSink {
        @Override
        public void blocks(List<RamBlock> blocks, int pageSize) {}

        @Override
        public void pages(PageRun run) throws IOException {
            ram.pages(run);
        }
    }

    void pages(PageRun run) throws IOException, MalformedPageException {
        if (run.kind() == PageKind.ENCRYPTED) {
            // Written by whoever listens to the extension that read them, or here as they are.
            if (opened != null && run.encoding() != PageRun.Encoding.ABSENT) {
                opened.pages(run);
            }
            return;
        }
        if (run.kind() == PageKind.MAPPED) {
            mapped.pages(run);
        } else {
            ram.pages(run);
        }
    }

    // --- items -------------------------------------------------------------------------------

    void item(StreamItem item) throws IOException {
        switch (item) {
            case StreamItem.Header _ -> writer.header();
            case StreamItem.Configuration configuration ->
                    writer.configuration(configuration.machine(), subsections);
            case StreamItem.Section section -> {
                if (section.body() instanceof SectionBody.Device device) {
                    writer.out().bytes(VmStateEncoder.encode(device.state().root()));
                }
                writer.end(section.footer());
            }
            case StreamItem.Command command -> command(command);
            case StreamItem.Eof _ -> {
                closePackages(0);
                writer.eof();
            }
            case StreamItem.Description description -> description(description);
            case StreamItem.Trailing trailing -> {
                keep(trailing.at(), "bytes behind the stream");
                rest(trailing.at());
            }
            case StreamItem.Unreadable unreadable -> unreadable(unreadable);
        }
    }

    private void command(StreamItem.Command command) throws IOException {
        closePackages(command.depth());
        if (command.payload() instanceof CommandPayload.Packaged packaged) {
            packages.push(packaged.length());
            writer.beginPackage();
            ram.out(writer.out());
        } else {
            writer.command(command.id(), command.payload());
        }
    }

    private void closePackages(int depth) throws IOException {
        while (writer.depth() > depth) {
            packages.pop();
            writer.endPackage();
            ram.out(writer.out());
        }
    }

    private void description(StreamItem.Description description) throws IOException {
        DescriptionIndex index = description.index();
        byte[] text = index.text();
        byte[] json = text.length == 0 ? text : index.parse().toJson();
        if (!Arrays.equals(text, json)) {
            keep(description.at(), "a description that is not written as QEMU's are");
        }
        writer.description(text);
    }

    private void unreadable(StreamItem.Unreadable unreadable) throws IOException {
        keep(unreadable.at(), unreadable.what() + ": " + unreadable.reason());
        writer.leaveOpen();
        if (unreadable.resumesAt() < 0) {
            closePackages(unreadable.depth());
            rest(bodyAt);
            return;
        }
        long here = in.offset();
        in.seek(bodyAt);
        in.copy(unreadable.resumesAt() - bodyAt, writer.out());
        in.seek(here);
    }

    // --- the end -----------------------------------------------------------------------------

    /** The channel ended in the middle of something, of which some may have been read. */
    void cut() throws IOException {
        while (!packages.isEmpty()) {
            writer.endPackage(packages.pop());
        }
        writer.leaveOpen();
        // What was being read may have been confined to its own length.
        in.release(Long.MAX_VALUE);
        long at = out.offset();
        keep(at, "the beginning of what the channel was cut in");
        rest(at);
    }

    /** Writes what nobody read, if any, and flushes. */
    void finish() throws IOException {
        if (!whole) {
            closePackages(0);
            if (!in.atEnd()) {
                keep(in.offset(), "bytes behind the channel's end");
                rest(in.offset());
            }
        }
        out.flush();
    }

    private void rest(long from) throws IOException {
        whole = true;
        in.seek(from);
        in.copyRest(writer.out());
    }

    private void keep(long at, String what) {
        kept.accept(new StreamRecoder.Kept(channel, at, what));
    }
}
