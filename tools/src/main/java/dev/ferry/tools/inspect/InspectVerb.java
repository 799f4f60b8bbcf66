package dev.ferry.tools.inspect;

import dev.ferry.stream.ram.PageSink;
import dev.ferry.stream.ram.PageSinks;
import dev.ferry.tools.ExitCode;
import dev.ferry.tools.cli.Console;
import dev.ferry.tools.cli.Failure;
import dev.ferry.tools.cli.Progress;
import dev.ferry.tools.cli.Spec;
import dev.ferry.tools.cli.Style;
import dev.ferry.tools.cli.UsageException;
import dev.ferry.tools.cli.Verb;
import dev.ferry.tools.input.InputFiles;
import dev.ferry.tools.input.MigrationInput;
import dev.ferry.tools.ram.RamCoverage;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code ferry inspect}: shows what is inside inputs. */
public final class InspectVerb implements Verb {

    private static final String SCHEMA = "/dev/ferry/tools/inspect.schema.json";

    public InspectVerb() {}

    @Override
    public CommandSpec spec() {
        Spec spec =
                Spec.of("inspect", "Shows what is inside a migration stream or saved VM.")
                        .parameters(
                                "IN",
                                "0..*",
                                "A file, or '-' for standard input. Format and compression are"
                                        + " detected: plain stream, mapped-ram, libvirt save image,"
                                        + " qcow2 with snapshots; xz, gzip, bzip2, zstd, lzop.")
                        .flag("--json", "One JSON object for each input, on one line.")
                        .flag("--digest", "SHA-256 of each RAM block's final contents.")
                        .flag("--sections", "List the sections.")
                        .flag("--commands", "List the commands.")
                        .optional(
                                "--devices",
                                "NAME",
                                "List the device sections, or show the state of those called NAME"
                                        + " (a full name, its last part, or either with /INSTANCE).")
                        .flag("--pages", "List guest pages as they come, in runs.")
                        .flag("--schema", "Print the JSON Schema of --json and end.");
        return InputFiles.addKey(InputFiles.addOptions(spec))
                .examples(
                        "ferry inspect vm.mig                     one screen about it",
                        "ferry inspect --json vm.save | jq .ramBlocks",
                        "ferry inspect --devices cpu/0 vm.mig     registers of the first vCPU",
                        "ferry inspect main.ch0 --channel main.ch1 --channel main.ch2 --digest",
                        "ferry inspect sev.mig --sev-key pdh.pem --digest",
                        "ssh host cat vm.mig.xz | ferry inspect -")
                .build();
    }

    @Override
    public ExitCode run(ParseResult options, Console console) throws IOException {
        if (options.hasMatchedOption("--schema")) {
            try (InputStream schema = InspectVerb.class.getResourceAsStream(SCHEMA)) {
                if (schema == null) {
                    throw new IOException("the schema is missing from this installation");
                }
                schema.transferTo(console.out());
            }
            return ExitCode.OK;
        }
        View view = View.of(options);
        List<String> inputs = new ArrayList<>(options.matchedPositionalValue(0, List.of()));
        if (inputs.isEmpty() && view.device != null && !view.device.isEmpty()) {
            // "--devices FILE": the file was taken for the name.
            inputs.add(view.device);
            view = view.withDevice("");
        }
        if (inputs.isEmpty()) {
            throw new UsageException("no input is named");
        }
        List<InputFiles> files = new ArrayList<>();
        for (String input : inputs) {
            files.add(InputFiles.of(input, options));
        }
        if (files.size() > 1
                && !(files.getFirst().channels().isEmpty()
                        && files.getFirst().reverse().isEmpty())) {
            throw new UsageException("--channel and --reverse belong to one input, found several");
        }
        return all(files, view, console);
    }

    private static ExitCode all(List<InputFiles> files, View view, Console console)
            throws IOException {
        if (files.size() == 1) {
            return one(files.getFirst(), view, console);
        }
        ExitCode worst = ExitCode.OK;
        boolean first = true;
        for (InputFiles input : files) {
            if (!first && !view.json) {
                console.out().println();
            }
            first = false;
            ExitCode code;
            try {
                code = one(input, view, console);
            } catch (IOException e) {
                // The others are still worth showing.
                console.say(Failure.message(e));
                code = ExitCode.of(e);
            }
            worst = code.code() > worst.code() ? code : worst;
        }
        return worst;
    }

    /** What the user wants to see. */
    private record View(
            boolean json,
            boolean digest,
            boolean sections,
            boolean commands,
            boolean pages,
            @Nullable String device) {

        static View of(ParseResult options) {
            return new View(
                    options.hasMatchedOption("--json"),
                    options.hasMatchedOption("--digest"),
                    options.hasMatchedOption("--sections"),
                    options.hasMatchedOption("--commands"),
                    options.hasMatchedOption("--pages"),
                    options.matchedOptionValue("--devices", null));
        }

        View withDevice(String name) {
            return new View(json, digest, sections, commands, pages, name);
        }

        /** Whether a listing is asked for, which then stands for the summary. */
        boolean listing() {
            return sections || commands || pages || device != null;
        }

        DeviceFilter filter() {
            return device == null ? DeviceFilter.ALL : new DeviceFilter(device);
        }
    }

    private static ExitCode one(InputFiles files, View view, Console console) throws IOException {
        if (view.json) {
            return json(files, view, console);
        }
        return text(files, view, console);
    }

    private static ExitCode json(InputFiles files, View view, Console console) throws IOException {
        boolean channels = !files.channels().isEmpty();
        try (BlockDigests digests = view.digest ? new BlockDigests(files) : null;
                JsonListing pages = view.pages ? new JsonListing() : null;
                JsonListings listings = new JsonListings(channels, view.filter())) {
            PageLister lister = pages == null ? null : PageLister.json(pages.out(), channels);
            RamCoverage coverage = new RamCoverage();
            try (FlashVariables flash = new FlashVariables();
                    MigrationInput input = open(files, console, coverage, flash, digests, lister)) {
                Inspection inspection = read(input, coverage, flash, listings, digests, console);
                new JsonReport(inspection, console.out()).write(listings, pages, digests);
                return end(inspection, console);
            }
        }
    }

    private static ExitCode text(InputFiles files, View view, Console console) throws IOException {
        boolean channels = !files.channels().isEmpty();
        Style style = Style.of(console);
        DeviceFilter contents = view.device == null || view.device.isEmpty() ? null : view.filter();
        try (BlockDigests digests = view.digest ? new BlockDigests(files) : null;
                TextListings listings =
                        new TextListings(
                                channels,
                                view.sections,
                                view.commands,
                                view.device != null,
                                contents,
                                style)) {
            PageLister lister = view.pages ? PageLister.text(console.out(), channels) : null;
            RamCoverage coverage = new RamCoverage();
            try (FlashVariables flash = new FlashVariables();
                    MigrationInput input = open(files, console, coverage, flash, digests, lister)) {
                Inspection inspection = read(input, coverage, flash, listings, digests, console);
                if (!view.listing() || view.digest) {
                    new Summary(inspection, console.out(), style).print(digests);
                }
                listings.print(console.out());
                return end(inspection, console);
            }
        }
    }

    private static MigrationInput open(
            InputFiles files,
            Console console,
            RamCoverage coverage,
            FlashVariables flash,
            @Nullable BlockDigests digests,
            @Nullable PageLister lister)
            throws IOException {
        List<PageSink> sinks = new ArrayList<>();
        sinks.add(coverage);
        sinks.add(flash);
        if (digests != null) {
            sinks.add(digests.sink());
        }
        if (lister != null) {
            sinks.add(lister);
        }
        return MigrationInput.open(files, console.in(), new PageSinks(sinks));
    }

    private static Inspection read(
            MigrationInput input,
            RamCoverage coverage,
            FlashVariables flash,
            InspectionListener listener,
            @Nullable BlockDigests digests,
            Console console)
            throws IOException {
        Inspection inspection = new Inspection(input, coverage, flash);
        try (Progress progress = new Progress(console, input.files().main(), input.main().size())) {
            input.main().onProgress(progress);
            inspection.read(listener);
            if (digests != null && inspection.failure() == null) {
                progress.phase("hashing");
                digests.finish(
                        input.reader().ram().blocks(),
                        block -> inspection.undetermined(block) == null,
                        progress);
            }
        }
        return inspection;
    }

    private static ExitCode end(Inspection inspection, Console console) {
        String complaint = inspection.complaint();
        if (complaint != null) {
            console.say(complaint);
        }
        return inspection.exitCode();
    }
}
