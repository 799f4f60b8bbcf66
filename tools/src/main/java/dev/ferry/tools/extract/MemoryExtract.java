package dev.ferry.tools.extract;

import dev.ferry.stream.MigrationReader;
import dev.ferry.stream.MissingChannels;
import dev.ferry.stream.Place;
import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.stream.dump.GuestEvidence;
import dev.ferry.stream.dump.GuestLayout;
import dev.ferry.stream.dump.GuestRange;
import dev.ferry.stream.item.SectionBody;
import dev.ferry.stream.item.SectionType;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.ram.ImagePages;
import dev.ferry.stream.ram.PageSinks;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.ram.RamImage;
import dev.ferry.tools.cli.Console;
import dev.ferry.tools.cli.Progress;
import dev.ferry.tools.cli.SafeText;
import dev.ferry.tools.cli.UsageException;
import dev.ferry.tools.input.InputFiles;
import dev.ferry.tools.input.MigrationInput;
import dev.ferry.tools.output.Output;
import dev.ferry.tools.ram.RamCoverage;
import java.io.IOException;
import java.util.List;

/** Takes guest memory out of an input, by block or by address. */
final class MemoryExtract {

    private final InputFiles files;
    private final Console console;
    private final GuestEvidence evidence = new GuestEvidence();
    private final RamCoverage coverage = new RamCoverage();
    private boolean ramEnded;
    private boolean stopped;

    MemoryExtract(InputFiles files, Console console) {
        this.files = files;
        this.console = console;
    }

    void block(String id, Output output) throws IOException {
        try (RamImage image = new RamImage();
                MigrationInput input = open(image)) {
            read(input);
            for (RamImage.BlockImage block : image.blocks()) {
                if (block.block().id().equals(id)) {
                    requireKnown(input, block);
                    MemoryWriter.write(block, 0, block.block().usedLength(), output);
                    return;
                }
            }
            throw new UsageException(
                    "no block is called '" + id + "'; there are " + names(input.reader()));
        }
    }

    void physical(PhysicalRange range, Output output) throws IOException {
        try (RamImage image = new RamImage();
                MigrationInput input = open(image)) {
            read(input);
            GuestLayout layout = layout(input.reader(), image);
            // All of it is looked up before anything is written.
            long end = range.start() + range.length();
            for (long at = range.start(); at < end; ) {
                GuestRange part = layout.at(at);
                requireKnown(input, image.blocks().get(part.block().index()));
                at = Math.min(end, part.end());
            }
            for (long at = range.start(); at < end; ) {
                GuestRange part = layout.at(at);
                long length = Math.min(end, part.end()) - at;
                MemoryWriter.write(
                        image.blocks().get(part.block().index()),
                        part.blockOffset() + at - part.start(),
                        length,
                        output);
                at += length;
            }
        }
    }

    private GuestLayout layout(MigrationReader reader, RamImage image) throws IOException {
        List<RamBlock> blocks = reader.ram().blocks();
        new ImagePages(image, blocks, reader.ram().pageSize()).transfer(evidence.tables());
        Place place = new Place(files.main(), 0, "guest-physical memory");
        String machine = reader.configuration().map(StreamItem.Configuration::machine).orElse("");
        try {
            return GuestLayout.of(machine, blocks, evidence, place);
        } catch (UnsupportedStreamException e) {
            throw new UnsupportedStreamException(e.problem() + "; use --block", place, e);
        }
    }

    private MigrationInput open(RamImage image) throws IOException {
        return MigrationInput.open(files, console.in(), new PageSinks(List.of(coverage, image)));
    }

    private void read(MigrationInput input) throws IOException {
        MigrationReader reader = input.reader();
        try (Progress progress = new Progress(console, files.main(), input.main().size())) {
            input.main().onProgress(progress);
            for (StreamItem item = reader.next(); item != null; item = reader.next()) {
                if (item instanceof StreamItem.Section section
                        && GuestEvidence.concernsMemory(section.name())) {
                    evidence.item(item);
                }
                if (item instanceof StreamItem.Section section
                        && section.body() instanceof SectionBody.Ram) {
                    ramEnded |= section.type() == SectionType.END;
                }
                stopped |= item instanceof StreamItem.Unreadable what && what.resumesAt() < 0;
            }
        }
    }

    /** Refuses what is not all there rather than writing zeros in its place. */
    private void requireKnown(MigrationInput input, RamImage.BlockImage block)
            throws UnsupportedStreamException {
        String missing = MissingChannels.of(input.reader(), coverage::received, ramEnded);
        String problem = null;
        if (missing != null) {
            problem = missing + "; name all with --channel";
        } else if (stopped && !ramEnded) {
            problem = "reading stopped before the end of RAM";
        } else if (block.encrypted()) {
            problem = "has encrypted pages, which --sev-key opens";
        } else if (!block.received()
                && block.block().mapped() == null
                && MissingChannels.hasCapability(input.reader(), "x-ignore-shared")) {
            problem = "left in shared memory (x-ignore-shared), not in the stream";
        }
        if (problem != null) {
            throw new UnsupportedStreamException(
                    block.block() + ": " + problem, new Place(files.main(), 0, "section 'ram'"));
        }
    }

    private static String names(MigrationReader reader) {
        StringBuilder names = new StringBuilder();
        for (RamBlock block : reader.ram().blocks()) {
            names.append(names.isEmpty() ? "" : ", ").append(SafeText.of(block.id()));
        }
        return names.isEmpty() ? "none" : names.toString();
    }
}
