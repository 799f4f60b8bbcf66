package dev.ferry.tools.edit;

import dev.ferry.tools.ExitCode;
import dev.ferry.tools.cli.Console;
import dev.ferry.tools.cli.Spec;
import dev.ferry.tools.cli.UsageException;
import dev.ferry.tools.cli.Verb;
import dev.ferry.tools.input.InputFiles;
import dev.ferry.tools.input.RereadableInput;
import dev.ferry.tools.output.OutputFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code ferry edit}: writes an input again with single things changed. */
public final class EditVerb implements Verb {

    public EditVerb() {}

    @Override
    public CommandSpec spec() {
        Spec spec =
                Spec.of(
                                "edit",
                                "Changes single things in a migration stream or saved VM, and leaves"
                                        + " all else byte for byte.")
                        .parameters("IN", "1", "A file, or '-' for standard input.")
                        .option(
                                "-o --output",
                                "OUT",
                                "The file to write, which appears when it is complete; '-' for"
                                        + " standard output. Further channels go to OUT.ch1,"
                                        + " OUT.ch2, ... in the order given.")
                        .option("--machine", "NAME", "Another machine type's name.")
                        .repeated(
                                "--drop",
                                "SECTION[/INSTANCE]",
                                "Drop a section, all its parts and its description.")
                        .repeated(
                                "--drop-subsection",
                                "DEVICE:NAME",
                                "Drop a subsection, by its full name, wherever the device has it.")
                        .repeated(
                                "--rename-block",
                                "OLD=NEW",
                                "Rename a RAM block. Names may be swapped.")
                        .repeated(
                                "--set",
                                "DEVICE.FIELD=VALUE",
                                "Set a field, named as 'inspect --json' shows it: nested with dots,"
                                        + " elements and bytes by [index], subsections by their full"
                                        + " name. An integer (0x for hex), true or false, a buffer"
                                        + " in hex or as text:TEXT; globalstate.runstate also by"
                                        + " the state's name.")
                        .option(
                                "--xml",
                                "FILE",
                                "Another domain XML in a libvirt save image; it must fit in the"
                                        + " room that the image has for it.");
        return InputFiles.addOptions(spec)
                .examples(
                        "ferry edit vm.mig -o new.mig --machine pc-q35-9.2",
                        "ferry edit vm.mig -o new.mig --set cpu/0.env.eip=0x7c00 --set cpu/0.env.regs[0]=1",
                        "ferry edit vm.mig -o new.mig --set globalstate.runstate=paused",
                        "ferry edit vm.mig -o new.mig --drop hpet --drop-subsection fw_cfg:fw_cfg/dma",
                        "ferry edit vm.main --channel vm.ch1 --channel vm.ch2 -o new --rename-block pc.ram=ram0",
                        "ferry edit vm.save -o new.save --xml vm.xml")
                .build();
    }

    @Override
    public ExitCode run(ParseResult options, Console console) throws IOException {
        List<String> inputs = options.matchedPositionalValue(0, List.of());
        if (inputs.size() != 1) {
            throw new UsageException("expected one input, found " + inputs.size());
        }
        InputFiles files = InputFiles.of(inputs.getFirst(), options);
        if (!files.reverse().isEmpty()) {
            throw new UsageException(
                    "--reverse: what the destination sent is not edited; leave it out");
        }
        String path = options.matchedOptionValue("--output", null);
        if (path == null) {
            throw new UsageException("no output is named: -o OUT");
        }
        EditOptions wanted = EditOptions.of(options);
        List<String> read = new ArrayList<>(files.all());
        if (wanted.xmlFile() != null) {
            read.add(wanted.xmlFile());
        }
        try (OutputFiles out = OutputFiles.open(path, read, console);
                RereadableInput input = RereadableInput.open(files, console)) {
            new Editing(input, wanted, out, console).run();
            out.commit();
        }
        return ExitCode.OK;
    }
}
