package dev.ferry.tools.diff;

import dev.ferry.stream.item.StreamItem;
import dev.ferry.tools.ExitCode;
import dev.ferry.tools.cli.Console;
import dev.ferry.tools.cli.Failure;
import dev.ferry.tools.cli.Spec;
import dev.ferry.tools.cli.Style;
import dev.ferry.tools.cli.Terminal;
import dev.ferry.tools.cli.UsageException;
import dev.ferry.tools.cli.Verb;
import dev.ferry.tools.input.InputFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code ferry diff}: what two inputs have different, whatever containers they are in. */
public final class DiffVerb implements Verb {

    private static final String SCHEMA = "/dev/ferry/tools/diff.schema.json";
    private static final long LIMIT = 10;

    public DiffVerb() {}

    @Override
    public CommandSpec spec() {
        Spec spec =
                Spec.of(
                                "diff",
                                "Tells what two saved VMs have different: machine, devices by field,"
                                        + " memory by page. How they were sent and what they are"
                                        + " kept in makes no difference. Exit code 0: the same; 1:"
                                        + " different; 4: the same as far as it could be compared.")
                        .parameters("A B", "0..*", "Two files; '-' for standard input, once.")
                        .flag("--ram", "Compare memory only.")
                        .flag(
                                "--devices",
                                "Compare devices only, for which no page contents are read.")
                        .option(
                                "--limit",
                                "N",
                                "Show at most N fields of a device and N ranges of a block (10); 0"
                                        + " for all.")
                        .flag("--json", "One JSON object with everything.")
                        .flag("--schema", "Print the JSON Schema of --json and end.");
        return InputFiles.addSecondOptions(InputFiles.addKey(InputFiles.addOptions(spec)))
                .examples(
                        "ferry diff before.mig after.mig",
                        "ferry diff vm.save vm.mapped && echo the same VM",
                        "ferry diff --devices old.mig new.mig     only what devices say",
                        "ferry diff disk.qcow2 disk.qcow2 --snapshot s1 --snapshot-b s2",
                        "ferry diff main.ch0 --channel main.ch1 vm.mig")
                .build();
    }

    @Override
    public ExitCode run(ParseResult options, Console console) throws IOException {
        if (options.hasMatchedOption("--schema")) {
            try (InputStream schema = DiffVerb.class.getResourceAsStream(SCHEMA)) {
                if (schema == null) {
                    throw new IOException("the schema is missing from this installation");
                }
                schema.transferTo(console.out());
            }
            return ExitCode.OK;
        }
        List<String> inputs = options.matchedPositionalValue(0, List.of());
        if (inputs.size() != 2) {
            throw new UsageException("expected two inputs, found " + inputs.size());
        }
        InputFiles filesOfA = InputFiles.of(inputs.getFirst(), options);
        InputFiles filesOfB = InputFiles.second(inputs.getLast(), options);
        if (filesOfA.standardInput() && filesOfB.standardInput()) {
            throw new UsageException("standard input ('-') can be named only once");
        }
        long limit = limit(options);
        boolean devices = options.hasMatchedOption("--devices");
        boolean ram = options.hasMatchedOption("--ram");
        DiffReport report =
                options.hasMatchedOption("--json")
                        ? new JsonDiff(console.out())
                        : new TextReport(console.out(), Style.of(console), limit);
        // One line tells how far both are: that of the longer one.
        boolean longerB = size(filesOfB) > size(filesOfA);
        Console quiet = new Console(console.in(), console.out(), console.err(), Terminal.NONE);
        try (Side a = Side.open("A", filesOfA, longerB ? quiet : console);
                Side b = Side.open("B", filesOfB, longerB ? console : quiet)) {
            return compare(a, b, devices || !ram, ram || !devices, report);
        } catch (SideException e) {
            console.say(e.letter() + ": " + Failure.message(e.problem()));
            if (options.hasMatchedOption("--debug")) {
                e.printStackTrace(console.err());
            }
            return ExitCode.of(e.problem());
        }
    }

    private static long size(InputFiles files) {
        if (files.standardInput()) {
            return Long.MAX_VALUE;
        }
        try {
            return Files.size(Path.of(files.main()));
        } catch (IOException | InvalidPathException e) {
            // Said when it is opened.
            return 0;
        }
    }

    private static long limit(ParseResult options) {
        String text = options.matchedOptionValue("--limit", null);
        if (text == null) {
            return LIMIT;
        }
        try {
            long limit = Long.parseLong(text);
            if (limit >= 0) {
                return limit == 0 ? Long.MAX_VALUE : limit;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new UsageException("--limit: expected a number, 0 for all, found '" + text + "'");
    }

    private static ExitCode compare(Side a, Side b, boolean devices, boolean ram, DiffReport report)
            throws IOException {
        Both.run(() -> a.read(ram), () -> b.read(ram));
        Counts counts = new Counts();
        List<String> notices = new ArrayList<>();
        List<String> undetermined = new ArrayList<>();
        report.begin(a, b);
        StreamDiff stream = new StreamDiff(a, b, report, counts, notices);
        stream.facts(devices && ram);
        report.endStream();
        // Devices first: another reading for the memory makes theirs unusable.
        if (devices) {
            stream.sections();
            unreadable(a, undetermined, counts);
            unreadable(b, undetermined, counts);
            new DeviceDiff(a, b, report, counts).compare();
        } else {
            report.endDevices();
            report.endLive();
        }
        if (ram) {
            Both.run(a::settleDeltas, b::settleDeltas);
            new RamDiff(a, b, report, counts, notices, undetermined).compare();
        } else {
            report.endBlocks();
        }
        report.end(counts, notices, undetermined);
        if (!counts.same()) {
            return ExitCode.FINDINGS;
        }
        return counts.complete() ? ExitCode.OK : ExitCode.UNSUPPORTED;
    }

    private static void unreadable(Side side, List<String> undetermined, Counts counts) {
        for (StreamItem.Unreadable what : side.unreadable()) {
            undetermined.add(
                    side.letter() + ": " + what.what() + " cannot be read: " + what.reason());
            counts.undetermined();
        }
    }
}
