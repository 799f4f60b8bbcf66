package dev.ferry.tools.extract;

import dev.ferry.stream.container.LibvirtSaveImage;
import dev.ferry.stream.container.OpenedInput;
import dev.ferry.tools.ExitCode;
import dev.ferry.tools.cli.Console;
import dev.ferry.tools.cli.Spec;
import dev.ferry.tools.cli.UsageException;
import dev.ferry.tools.cli.Verb;
import dev.ferry.tools.input.InputFiles;
import dev.ferry.tools.output.Output;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code ferry extract}: takes one thing out of an input. */
public final class ExtractVerb implements Verb {

    private static final String[] WHAT = {
        "--block", "--physical", "--device", "--description", "--xml"
    };

    public ExtractVerb() {}

    @Override
    public CommandSpec spec() {
        Spec spec =
                Spec.of("extract", "Takes one thing out of a migration stream or saved VM.")
                        .parameters("IN", "0..*", "A file, or '-' for standard input.")
                        .option("--block", "ID", "A RAM block's final contents, used length.")
                        .option(
                                "--physical",
                                "START+LENGTH",
                                "Guest-physical memory, for example 0x100000+4K. Only where the"
                                        + " stream tells what is where: x86 boards and some others.")
                        .option(
                                "--device",
                                "NAME[/INSTANCE]",
                                "A device section's state as JSON; its bytes with --raw.")
                        .flag("--description", "The device description at the stream's end, JSON.")
                        .flag("--xml", "libvirt's domain description.")
                        .flag("--raw", "With --device: the section's body as it is.")
                        .option(
                                "-o --output",
                                "FILE",
                                "Where to: '-' or nothing for standard output. The file appears"
                                        + " only when it is complete; zero pages are holes in it.");
        return InputFiles.addKey(InputFiles.addOptions(spec))
                .examples(
                        "ferry extract vm.mig --block pc.ram -o ram.bin",
                        "ferry extract vm.save --physical 0x7c00+512 | ndisasm -b16 -o 0x7c00 -",
                        "ferry extract vm.mig --device cpu/0 | jq '.state.\"env.eip\"'",
                        "ferry extract vm.save --xml")
                .build();
    }

    @Override
    public ExitCode run(ParseResult options, Console console) throws IOException {
        List<String> inputs = options.matchedPositionalValue(0, List.of());
        if (inputs.size() != 1) {
            throw new UsageException("expected one input, found " + inputs.size());
        }
        String what = what(options);
        boolean raw = options.hasMatchedOption("--raw");
        if (raw && !what.equals("--device")) {
            throw new UsageException("--raw goes with --device only");
        }
        InputFiles files = InputFiles.of(inputs.getFirst(), options);
        String path = options.matchedOptionValue("--output", null);
        // Cheap mistakes first: reading may take long.
        PhysicalRange range =
                what.equals("--physical")
                        ? PhysicalRange.parse(options.matchedOptionValue(what, ""))
                        : null;
        boolean binary = what.equals("--block") || range != null || raw;
        try (Output output = Output.open(path, files.all(), binary, console)) {
            switch (what) {
                case "--block" ->
                        new MemoryExtract(files, console)
                                .block(options.matchedOptionValue(what, ""), output);
                case "--device" ->
                        DeviceExtract.write(
                                files,
                                new DeviceName(options.matchedOptionValue(what, "")),
                                raw,
                                output,
                                console);
                case "--description" -> DescriptionExtract.write(files, output, console);
                case "--xml" -> xml(files, output, console);
                default -> {
                    if (range != null) {
                        new MemoryExtract(files, console).physical(range, output);
                    }
                }
            }
            output.commit();
        }
        return ExitCode.OK;
    }

    private static String what(ParseResult options) {
        @Nullable String chosen = null;
        for (String option : WHAT) {
            if (options.hasMatchedOption(option)) {
                if (chosen != null) {
                    throw new UsageException(chosen + " and " + option + " exclude each other");
                }
                chosen = option;
            }
        }
        if (chosen == null) {
            throw new UsageException(
                    "nothing to extract is named: --block, --physical, --device, --description or"
                            + " --xml");
        }
        return chosen;
    }

    private static void xml(InputFiles files, Output output, Console console) throws IOException {
        try (OpenedInput opened =
                dev.ferry.tools.input.MigrationInput.openContainer(files, console.in())) {
            if (!(opened.container() instanceof LibvirtSaveImage image)) {
                throw new UsageException(files.main() + " is no libvirt save image: it has no XML");
            }
            String xml = image.xml();
            output.write(xml.getBytes(StandardCharsets.UTF_8));
            if (!xml.endsWith("\n")) {
                output.write(new byte[] {'\n'});
            }
        }
    }
}
