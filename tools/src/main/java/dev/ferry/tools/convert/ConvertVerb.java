package dev.ferry.tools.convert;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ferry.sev.stream.SevSummary;
import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.stream.convert.SavedVm;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.tools.ExitCode;
import dev.ferry.tools.cli.Console;
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
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code ferry convert}: writes what a migration brought in another form. */
public final class ConvertVerb implements Verb {

    public ConvertVerb() {}

    @Override
    public CommandSpec spec() {
        Spec spec =
                Spec.of("convert", "Converts any input to any output.")
                        .parameters("IN", "1", "A file, or '-' for standard input.")
                        .option(
                                "-o --output",
                                "OUT",
                                "The file to write, which appears when it is complete; '-' for"
                                        + " standard output.")
                        .option("--to", "FORMAT", "What to write: " + Formats.names() + ".")
                        .option(
                                "--zero-pages",
                                "HOW",
                                "Pages of zeros: skip (left out: holes), mark (in the shortest form"
                                        + " the format has) or data (like any other page).")
                        .option(
                                "--xbzrle",
                                "off",
                                "Deltas are resolved to whole pages. The only way there is.")
                        .option(
                                "--channels",
                                "N",
                                "multifd: how many channels, 1 to 255 (2). They are written to"
                                        + " OUT.ch1, OUT.ch2, ...")
                        .option("--compression", "METHOD", "multifd: none, zlib or zstd (none).")
                        .option("--level", "N", "Level of the compression.")
                        .option(
                                "--uuid",
                                "UUID",
                                "multifd: the destination's -uuid, where the input does not tell.")
                        .option(
                                "--qemu",
                                "VERSION",
                                "multifd: the QEMU that is to load it, where the machine type does"
                                        + " not tell (that of the input).")
                        .option(
                                "--xml",
                                "FILE",
                                "libvirt: the domain XML, where the input is no save image or"
                                        + " another is wanted.")
                        .flag(
                                "--flat",
                                "kdump: in makedumpfile's flat layout, as QEMU writes it; always so"
                                        + " to standard output.")
                        .flag("--json", "Tell about the output as one JSON object.");
        return InputFiles.addKey(InputFiles.addOptions(spec))
                .examples(
                        "ferry convert vm.save -o vm.mig --to stream",
                        "ferry convert vm.mig -o vm.mapped --to mapped-ram",
                        "ferry convert vm.mig -o vm.main --to multifd --channels 4 --compression zstd",
                        "ferry convert vm.mig -o vm.save --to libvirt:zstd --xml vm.xml",
                        "ferry convert vm.save -o vm.core --to elf        for gdb, crash, volatility",
                        "ferry convert disk.qcow2 --snapshot s1 -o - --to stream | zstd > s1.zst")
                .build();
    }

    @Override
    public ExitCode run(ParseResult options, Console console) throws IOException {
        List<String> inputs = options.matchedPositionalValue(0, List.of());
        if (inputs.size() != 1) {
            throw new UsageException("expected one input, found " + inputs.size());
        }
        InputFiles files = InputFiles.of(inputs.getFirst(), options);
        String path = options.matchedOptionValue("--output", null);
        if (path == null) {
            throw new UsageException("no output is named: -o OUT");
        }
        ConvertOptions how = ConvertOptions.of(options);
        Format format = Formats.of(how);
        try (OutputFiles out = OutputFiles.open(path, files.all(), console);
                RereadableInput input = RereadableInput.open(files, console)) {
            Report report = new Report();
            Converted converted = convert(input, format, out, report);
            out.commit();
            tell(converted, out, how, report, console);
        }
        return ExitCode.OK;
    }

    /** What was converted, in a few words. */
    private record Converted(String machine, List<RamBlock> blocks, long devices) {}

    private static Converted convert(
            RereadableInput input, Format format, OutputFiles out, Report report)
            throws IOException {
        try (SavedVm vm = SavedVm.read(input)) {
            if (vm.unsent() > 0) {
                report.note(
                        Quantity.count(vm.unsent())
                                + " pages never came; a destination has zeros there, and so has the"
                                + " output");
            }
            if (input.sev() != null) {
                report.note(
                        "an SEV guest, opened with the key: the output has its memory in clear, and"
                                + " a guest that relies on SEV does not run on from it");
            }
            format.write(new Conversion(vm, input.container(), input.files().main(), out, report));
            return new Converted(
                    vm.machine(), vm.blocks(), vm.early().size() + vm.devices().size());
        } catch (UnsupportedStreamException e) {
            SevSummary sev = input.sev();
            if (sev == null || input.decrypts() || sev.encryptedPages() == 0) {
                throw e;
            }
            Optional<SealedFormat> sealed = format.sealed();
            if (sealed.isEmpty() || !input.files().channels().isEmpty()) {
                throw new UnsupportedStreamException(e.problem() + " (--sev-key)", e.at(), e);
            }
            return sealed(input, sev, sealed.get(), out, report);
        }
    }

    private static Converted sealed(
            RereadableInput input,
            SevSummary sev,
            SealedFormat format,
            OutputFiles out,
            Report report)
            throws IOException {
        SealedGuest guest = SealedGuest.read(input, sev);
        format.write(guest, out);
        report.note(
                "an SEV guest: "
                        + Quantity.count(guest.encryptedPages(), "page")
                        + " stay encrypted for the platform they were sent to; --sev-key opens"
                        + " them");
        return new Converted(guest.machine(), guest.blocks(), guest.devices());
    }

    private static void tell(
            Converted vm, OutputFiles out, ConvertOptions how, Report report, Console console)
            throws IOException {
        long ram = 0;
        for (RamBlock block : vm.blocks()) {
            ram += block.usedLength();
        }
        if (how.json() && !out.standardOutput()) {
            json(vm, out, how, report, ram, console);
            return;
        }
        if (!out.standardOutput()) {
            StringBuilder line = new StringBuilder(out.names().getFirst());
            line.append(": ").append(how.format());
            if (how.variant() != null) {
                line.append(':').append(how.variant());
            }
            line.append(", ").append(vm.machine().isEmpty() ? "machine unknown" : vm.machine());
            line.append(", ").append(Quantity.bytes(ram)).append(" of RAM in ");
            line.append(vm.blocks().size()).append(" blocks, ");
            line.append(vm.devices()).append(" devices, ");
            line.append(Quantity.bytes(out.bytes()));
            console.out().println(line);
            for (String name : out.names().subList(1, out.names().size())) {
                console.out().println(name);
            }
        }
        for (String sentence : report.evidence()) {
            console.say(sentence);
        }
        for (String sentence : report.notes()) {
            console.say("note: " + sentence);
        }
    }

    private static void json(
            Converted vm,
            OutputFiles out,
            ConvertOptions how,
            Report report,
            long ram,
            Console console)
            throws IOException {
        try (JsonGenerator json = Json.generator(console.out())) {
            json.writeStartObject();
            json.writeNumberField("schema", 1);
            json.writeStringField("format", how.format());
            if (how.variant() != null) {
                json.writeStringField("variant", how.variant());
            }
            json.writeStringField("machine", vm.machine());
            Json.unsigned(json, "ramBytes", ram);
            json.writeNumberField("ramBlocks", vm.blocks().size());
            json.writeNumberField("devices", vm.devices());
            Json.unsigned(json, "bytes", out.bytes());
            strings(json, "files", out.names());
            strings(json, "evidence", report.evidence());
            strings(json, "notes", report.notes());
            json.writeEndObject();
        }
        console.out().println();
    }

    private static void strings(JsonGenerator json, String name, List<String> values)
            throws IOException {
        json.writeArrayFieldStart(name);
        for (String value : values) {
            json.writeString(value);
        }
        json.writeEndArray();
    }
}
