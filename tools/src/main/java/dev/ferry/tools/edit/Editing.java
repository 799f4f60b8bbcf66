package dev.ferry.tools.edit;

import dev.ferry.stream.MigrationReader;
import dev.ferry.stream.MissingChannels;
import dev.ferry.stream.Place;
import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.stream.container.Compression;
import dev.ferry.stream.container.LibvirtSaveImage;
import dev.ferry.stream.container.PlainStream;
import dev.ferry.stream.container.Qcow2Snapshot;
import dev.ferry.stream.container.StreamCompressor;
import dev.ferry.stream.edit.EditException;
import dev.ferry.stream.edit.EditPlan;
import dev.ferry.stream.edit.EditPlanner;
import dev.ferry.stream.edit.SplicedCopy;
import dev.ferry.stream.edit.Splices;
import dev.ferry.stream.io.ByteSource;
import dev.ferry.stream.io.WireOutput;
import dev.ferry.stream.ram.PageCensus;
import dev.ferry.stream.ram.PageSink;
import dev.ferry.tools.cli.Console;
import dev.ferry.tools.cli.Progress;
import dev.ferry.tools.cli.UsageException;
import dev.ferry.tools.input.RereadableInput;
import dev.ferry.tools.output.OutputFiles;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Reads an input to see what has to change, and once more to write it changed. */
final class Editing {

    private final RereadableInput input;
    private final EditOptions options;
    private final OutputFiles out;
    private final Console console;

    Editing(RereadableInput input, EditOptions options, OutputFiles out, Console console) {
        this.input = input;
        this.options = options;
        this.out = out;
        this.console = console;
    }

    void run() throws IOException {
        LibvirtSaveImage image = image();
        if (out.standardOutput() && !input.files().channels().isEmpty()) {
            throw new UsageException(
                    "several channels cannot go to standard output; name a file with -o");
        }
        EditPlan plan = plan();
        input.endProgress();
        if (image != null) {
            writeImage(image, plan.channels().getFirst());
        } else {
            writeStream(plan.channels().getFirst());
        }
        for (int i = 1; i < plan.channels().size(); i++) {
            copy(i, plan.channels().get(i), new WireOutput(out.further(".ch" + i)));
        }
        tell();
    }

    /** The image with its new XML, or null if the input is none. */
    private @Nullable LibvirtSaveImage image() throws IOException {
        LibvirtSaveImage image = input.container() instanceof LibvirtSaveImage found ? found : null;
        String xml = options.xmlFile();
        if (xml == null) {
            return image;
        }
        if (image == null) {
            throw new UsageException(
                    "--xml: " + input.files().main() + " is no libvirt save image");
        }
        return NewXml.put(image, xml);
    }

    private EditPlan plan() throws IOException {
        EditPlanner planner = new EditPlanner(options.stream());
        // Only for a block's new name is it of interest which pages came.
        PageCensus census = options.stream().renamesBlocks() ? new PageCensus() : null;
        PageSink pages = census == null ? PageSink.NONE : census;
        try (MigrationReader reader = input.open(pages, planner)) {
            EditPlan plan = planner.plan(reader);
            String missing =
                    census == null
                            ? null
                            : MissingChannels.of(reader, census::received, planner.ramEnded());
            if (missing != null) {
                throw new UnsupportedStreamException(
                        missing + "; these name their blocks, too: give all with --channel",
                        new Place(input.files().main(), 0, ""));
            }
            return plan;
        } catch (EditException e) {
            throw EditOptions.usage(e);
        }
    }

    // --- writing -----------------------------------------------------------------------------

    private void writeStream(Splices splices) throws IOException {
        WireOutput wire = new WireOutput(out.channel());
        if (input.container() instanceof PlainStream plain && plain.offset() > 0) {
            try (ByteSource file = file(plain)) {
                SplicedCopy.copy(file, plain.offset(), wire);
            }
        }
        copy(0, splices, wire);
    }

    /** What precedes the stream is kept as it is, for offsets in the stream may count it. */
    private ByteSource file(PlainStream plain) throws IOException {
        ByteSource file = input.file();
        if (file == null) {
            throw new UsageException(
                    input.files().main()
                            + ": the stream begins at 0x"
                            + Long.toHexString(plain.offset())
                            + ", and what precedes it can be kept only of a regular file");
        }
        return file;
    }

    private void writeImage(LibvirtSaveImage image, Splices splices) throws IOException {
        WritableByteChannel channel = out.channel();
        WireOutput wire = new WireOutput(channel);
        wire.bytes(image.rawHeader());
        wire.bytes(image.rawData());
        Compression packed = image.format().compression();
        if (packed == Compression.NONE) {
            copy(0, splices, wire);
            return;
        }
        if (splices.isEmpty()) {
            // What is packed stays as it is.
            try (ByteSource file = input.file()) {
                if (file != null) {
                    SplicedCopy.copyFrom(file, image.payloadOffset(), wire);
                    return;
                }
            }
        }
        wire.flush();
        try (WritableByteChannel compressor = StreamCompressor.open(packed, channel)) {
            copy(0, splices, new WireOutput(compressor));
        }
    }

    private void copy(int channel, Splices splices, WireOutput to) throws IOException {
        ByteSource from = input.channel(channel);
        String name =
                channel == 0 ? input.files().main() : input.files().channels().get(channel - 1);
        OptionalLong size = from.size();
        try (Progress progress = new Progress(console, "writing " + name, size)) {
            SplicedCopy.copy(from, splices, to, progress);
        }
    }

    /** Says in what the output differs from the input beside what was asked for. */
    private void tell() {
        if (input.container() instanceof Qcow2Snapshot) {
            console.say("note: the output is the snapshot's stream alone, not a qcow2 image");
        } else if (input.compression() != Compression.NONE) {
            console.say("note: the output is not packed with " + input.compression().label());
        }
    }
}
