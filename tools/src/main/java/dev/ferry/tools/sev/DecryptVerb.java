package dev.ferry.tools.sev;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ferry.sev.stream.SevSummary;
import dev.ferry.stream.Place;
import dev.ferry.stream.StreamRecoder;
import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.io.WireOutput;
import dev.ferry.tools.ExitCode;
import dev.ferry.tools.Version;
import dev.ferry.tools.cli.Console;
import dev.ferry.tools.cli.Progress;
import dev.ferry.tools.cli.Quantity;
import dev.ferry.tools.cli.Spec;
import dev.ferry.tools.cli.UsageException;
import dev.ferry.tools.cli.Verb;
import dev.ferry.tools.input.InputFiles;
import dev.ferry.tools.input.RereadableInput;
import dev.ferry.tools.json.Json;
import dev.ferry.tools.output.OutputFiles;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code ferry sev decrypt}: a stream with every encrypted page in the clear. */
final class DecryptVerb implements Verb {

    private static final int SCHEMA = 1;

    @Override
    public CommandSpec spec() {
        Spec spec =
                Spec.of(
                                "decrypt",
                                "Writes the stream of an SEV guest again with its pages in the"
                                        + " clear, in the places and the order they have: what a"
                                        + " QEMU without SEV reads. The list of shared regions is"
                                        + " left out, all else is the same byte for byte. Every"
                                        + " packet's MAC is checked.")
                        .parameters("IN", "0..*", "A file, or '-' for standard input.")
                        .option(
                                "-o --output",
                                "OUT",
                                "The file to write, which appears when it is complete; '-' for"
                                        + " standard output.")
                        .flag("--json", "Tell about the output as one JSON object.");
        return InputFiles.addKey(InputFiles.addOptions(spec))
                .examples(
                        "ferry sev decrypt guest.mig --sev-key pdh.pem -o plain.mig",
                        "ferry sev decrypt guest.mig --sev-key platform.json -o - | ferry inspect -")
                .build();
    }

    @Override
    public ExitCode run(ParseResult options, Console console) throws IOException {
        List<String> inputs = options.matchedPositionalValue(0, List.of());
        if (inputs.size() != 1) {
            throw new UsageException("expected one input, found " + inputs.size());
        }
        InputFiles files = InputFiles.of(inputs.getFirst(), options);
        if (files.sevKey() == null) {
            throw new UsageException("no key is named: --sev-key FILE");
        }
        String path = options.matchedOptionValue("--output", null);
        if (path == null) {
            throw new UsageException("no output is named: -o OUT");
        }
        try (OutputFiles out = OutputFiles.open(path, files.all(), console);
                RereadableInput input = RereadableInput.open(files, console)) {
            SevSummary sev = decrypt(input, out, console);
            out.commit();
            if (!out.standardOutput()) {
                tell(sev, out, options.hasMatchedOption("--json"), console);
            }
        }
        return ExitCode.OK;
    }

    private static SevSummary decrypt(RereadableInput input, OutputFiles out, Console console)
            throws IOException {
        WireInput in = new WireInput(input.channel(0));
        String name = input.files().main();
        // The channel is closed by the output, which has yet to give the file its name.
        WireOutput wire = new WireOutput(out.channel());
        try (Progress progress = new Progress(console, name, in.size());
                StreamRecoder recoder = new StreamRecoder(in, wire, input.options())) {
            in.onProgress(progress);
            recoder.writeOpened();
            recoder.run();
        }
        SevSummary sev = input.sev();
        if (sev == null) {
            throw new UnsupportedStreamException(
                    "nothing is encrypted here: this is no SEV guest's stream",
                    new Place(name, 0, "section 'ram'"));
        }
        return sev;
    }

    private static void tell(SevSummary sev, OutputFiles out, boolean json, Console console)
            throws IOException {
        if (!json) {
            console.out()
                    .println(
                            out.names().getFirst()
                                    + ": "
                                    + Quantity.count(sev.opened(), "page")
                                    + " decrypted, "
                                    + Quantity.bytes(out.bytes()));
            return;
        }
        try (JsonGenerator to = Json.generator(console.out())) {
            to.writeStartObject();
            to.writeNumberField("schema", SCHEMA);
            to.writeStringField("ferry", Version.NUMBER);
            to.writeNumberField("decryptedPages", sev.opened());
            to.writeStringField("manifest", sev.manifest().key());
            Json.unsigned(to, "bytes", out.bytes());
            to.writeEndObject();
            to.writeRaw('\n');
        }
    }
}
