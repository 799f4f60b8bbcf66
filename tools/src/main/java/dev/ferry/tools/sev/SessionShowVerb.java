package dev.ferry.tools.sev;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ferry.sev.session.SessionBlob;
import dev.ferry.tools.ExitCode;
import dev.ferry.tools.Version;
import dev.ferry.tools.cli.Console;
import dev.ferry.tools.cli.Spec;
import dev.ferry.tools.cli.TextTable;
import dev.ferry.tools.cli.Verb;
import dev.ferry.tools.json.Json;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code ferry sev session show}: the fields of a session blob. */
final class SessionShowVerb implements Verb {

    private static final int SCHEMA = 1;

    @Override
    public CommandSpec spec() {
        return Spec.of("show", "Shows the fields of a session blob. None of them is secret.")
                .parameters(
                        "FILE",
                        "0..*",
                        "128 bytes; binary, base64 (QEMU's session-file) or hex. '-' is standard"
                                + " input.")
                .flag("--json", "One JSON object.")
                .flag("--schema", "Print the JSON Schema of --json and end.")
                .examples(
                        "ferry sev session show session.b64",
                        "ferry inspect --json sev.mig | jq -r .sev.session.bytes | ferry sev session"
                                + " show -")
                .build();
    }

    @Override
    public ExitCode run(ParseResult options, Console console) throws IOException {
        if (options.hasMatchedOption("--schema")) {
            return SevSchema.print("sev-session-show", console);
        }
        String file = SevFile.only(options.matchedPositionalValue(0, List.of()));
        SessionBlob session = SessionFile.read(file, console);
        if (options.hasMatchedOption("--json")) {
            try (JsonGenerator out = Json.generator(console.out())) {
                out.writeStartObject();
                out.writeNumberField("schema", SCHEMA);
                out.writeStringField("ferry", Version.NUMBER);
                out.writeStringField("file", file);
                out.writeStringField("nonce", Json.hex(session.nonce()));
                out.writeStringField("wrappedKeys", Json.hex(session.wrappedKeys()));
                out.writeStringField("wrapIv", Json.hex(session.wrapIv()));
                out.writeStringField("wrapMac", Json.hex(session.wrapMac()));
                out.writeStringField("policyMac", Json.hex(session.policyMac()));
                out.writeEndObject();
                out.writeRaw('\n');
            }
            return ExitCode.OK;
        }
        TextTable table = new TextTable("ll");
        table.row("nonce", Json.hex(session.nonce()));
        table.row("wrapped keys", Json.hex(session.wrappedKeys()));
        table.row("wrap IV", Json.hex(session.wrapIv()));
        table.row("wrap MAC", Json.hex(session.wrapMac()));
        table.row("policy MAC", Json.hex(session.policyMac()));
        table.lines("").forEach(console.out()::println);
        return ExitCode.OK;
    }
}
