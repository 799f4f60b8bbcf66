package dev.ferry.tools.sev;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ferry.tools.ExitCode;
import dev.ferry.tools.Version;
import dev.ferry.tools.cli.Console;
import dev.ferry.tools.cli.SafeText;
import dev.ferry.tools.cli.Spec;
import dev.ferry.tools.cli.Style;
import dev.ferry.tools.cli.Verb;
import dev.ferry.tools.json.Json;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code ferry sev certs show}: what files of certificates hold. */
final class CertsShowVerb implements Verb {

    private static final int SCHEMA = 1;

    @Override
    public CommandSpec spec() {
        return Spec.of("show", "Shows what certificates say. Nothing is verified.")
                .parameters(
                        "FILE",
                        "0..*",
                        "Certificates one behind the other, in any order: PDH, PEK, OCA, CEK, ASK,"
                                + " ARK; binary, base64 or hex. '-' is standard input.")
                .flag("--json", "One JSON object, with keys and signatures.")
                .flag("--schema", "Print the JSON Schema of --json and end.")
                .examples(
                        "ferry sev certs show ask_ark_milan.cert",
                        "ferry sev certs show --json pdh.cert | jq '.certificates[].usage'")
                .build();
    }

    @Override
    public ExitCode run(ParseResult options, Console console) throws IOException {
        if (options.hasMatchedOption("--schema")) {
            return SevSchema.print("sev-certs-show", console);
        }
        List<CertificateFiles.Named> all =
                CertificateFiles.read(options.matchedPositionalValue(0, List.of()), console);
        if (options.hasMatchedOption("--json")) {
            try (JsonGenerator out = Json.generator(console.out())) {
                out.writeStartObject();
                out.writeNumberField("schema", SCHEMA);
                out.writeStringField("ferry", Version.NUMBER);
                out.writeArrayFieldStart("certificates");
                for (CertificateFiles.Named named : all) {
                    CertificateJson.write(out, named);
                }
                out.writeEndArray();
                out.writeEndObject();
                out.writeRaw('\n');
            }
            return ExitCode.OK;
        }
        Style style = Style.of(console);
        String blank = "";
        for (CertificateFiles.Named named : all) {
            console.out().print(blank);
            console.out()
                    .println(
                            style.bold(CertificateText.title(named.certificate()))
                                    + "  "
                                    + SafeText.of(named.file())
                                    + " at 0x"
                                    + Integer.toHexString(named.offset()));
            for (String line : CertificateText.lines(named.certificate())) {
                console.out().println(line);
            }
            blank = System.lineSeparator();
        }
        return ExitCode.OK;
    }
}
