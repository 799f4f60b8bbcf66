package dev.ferry.tools.sev.platform;

import dev.ferry.sev.SevException;
import dev.ferry.sev.firmware.PlatformFile;
import dev.ferry.tools.ExitCode;
import dev.ferry.tools.cli.Console;
import dev.ferry.tools.cli.Spec;
import dev.ferry.tools.cli.UsageException;
import dev.ferry.tools.cli.Verb;
import dev.ferry.tools.output.Output;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code ferry sev platform export}: what a sender has to know of the platform. */
final class PlatformExportVerb implements Verb {

    @Override
    public CommandSpec spec() {
        return Spec.of(
                        "export",
                        "Writes a platform's certificates, which a source must have to send a guest"
                                + " to it. They are no secrets.")
                .parameters("FILE", "0..*", "A platform file.")
                .option("--pdh", "OUT", "The PDH, 2084 bytes: QEMU's sev-pdh.")
                .option(
                        "--chain",
                        "OUT",
                        "PEK, OCA and CEK, 6252 bytes: QEMU's sev-plat-cert. The CEK is signed.")
                .option("--amd", "OUT", "ASK and ARK: QEMU's sev-amd-cert.")
                .flag("--base64", "In base64 on one line, as QMP takes it.")
                .examples(
                        "ferry sev platform export host-b.json --pdh b.pdh --chain b.chain --amd amd",
                        "ferry sev platform export host-b.json --base64 --pdh -")
                .build();
    }

    @Override
    public ExitCode run(ParseResult options, Console console) throws IOException {
        String name = PlatformInput.only(options);
        boolean text = options.hasMatchedOption("--base64");
        if (!options.hasMatchedOption("--pdh")
                && !options.hasMatchedOption("--chain")
                && !options.hasMatchedOption("--amd")) {
            throw new UsageException("nothing is asked for: --pdh, --chain or --amd");
        }
        for (Map.Entry<String, byte[]> file : wanted(name, options).entrySet()) {
            byte[] bytes = file.getValue();
            if (text) {
                bytes =
                        (Base64.getEncoder().encodeToString(bytes) + "\n")
                                .getBytes(StandardCharsets.US_ASCII);
            }
            try (Output out = Output.open(file.getKey(), List.of(name), !text, console)) {
                out.write(bytes);
                out.commit();
            }
        }
        return ExitCode.OK;
    }

    /** What goes where. */
    private static Map<String, byte[]> wanted(String name, ParseResult options) throws IOException {
        Map<String, byte[]> wanted = new LinkedHashMap<>();
        try (PlatformFile platform = PlatformInput.read(name)) {
            add(wanted, options, "--pdh", platform.pdh().bytes());
            add(wanted, options, "--chain", platform.chain().bytes());
            add(wanted, options, "--amd", platform.amdChain().bytes());
        } catch (SevException e) {
            throw PlatformInput.malformed(name, e);
        }
        return wanted;
    }

    private static void add(
            Map<String, byte[]> wanted, ParseResult options, String option, byte[] bytes) {
        String out = options.matchedOptionValue(option, null);
        if (out != null && wanted.put(out, bytes) != null) {
            throw new UsageException("two outputs are named " + out);
        }
    }
}
