package dev.ferry.tools.sev.platform;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ferry.sev.SevException;
import dev.ferry.sev.firmware.PlatformFile;
import dev.ferry.tools.ExitCode;
import dev.ferry.tools.Version;
import dev.ferry.tools.cli.Console;
import dev.ferry.tools.cli.Spec;
import dev.ferry.tools.cli.TextTable;
import dev.ferry.tools.cli.Verb;
import dev.ferry.tools.json.Json;
import java.io.IOException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code ferry sev platform show}: what a platform is, without its secrets. */
final class PlatformShowVerb implements Verb {

    private static final int SCHEMA = 1;

    @Override
    public CommandSpec spec() {
        return Spec.of("show", "Shows a software platform, without its private keys.")
                .parameters("FILE", "0..*", "A platform file.")
                .flag(
                        "--json",
                        "One JSON object; with the certificates in base64, as QEMU's migration"
                                + " parameters take them.")
                .examples(
                        "ferry sev platform show host-a.json",
                        "ferry sev platform show --json host-a.json | jq -r .sevPdh")
                .build();
    }

    @Override
    public ExitCode run(ParseResult options, Console console) throws IOException {
        String name = PlatformInput.only(options);
        try (PlatformFile platform = PlatformInput.read(name)) {
            if (options.hasMatchedOption("--json")) {
                json(platform, console);
            } else {
                text(platform, console);
            }
        } catch (SevException e) {
            throw PlatformInput.malformed(name, e);
        }
        return ExitCode.OK;
    }

    private static void json(PlatformFile platform, Console console)
            throws IOException, SevException {
        try (JsonGenerator out = Json.generator(console.out())) {
            out.writeStartObject();
            out.writeNumberField("schema", SCHEMA);
            out.writeStringField("ferry", Version.NUMBER);
            out.writeStringField("api", api(platform));
            out.writeNumberField("build", platform.version().build());
            out.writeObjectFieldStart("asids");
            out.writeNumberField("total", platform.asids().total());
            out.writeNumberField("es", platform.asids().encryptedState());
            out.writeEndObject();
            out.writeBooleanField("ownedExternally", platform.ownedExternally());
            out.writeStringField("arkSha384", Json.hex(platform.amdChain().ark().sha384()));
            boolean keys = platform.hasKeys();
            base64(out, "sevPdh", keys ? platform.pdh().bytes() : null);
            base64(out, "sevPlatCert", keys ? platform.chain().bytes() : null);
            base64(out, "sevAmdCert", platform.amdChain().bytes());
            out.writeEndObject();
            out.writeRaw('\n');
        }
    }

    private static void base64(JsonGenerator out, String name, byte @Nullable [] bytes)
            throws IOException {
        if (bytes == null) {
            out.writeNullField(name);
        } else {
            out.writeStringField(name, Base64.getEncoder().encodeToString(bytes));
        }
    }

    private static void text(PlatformFile platform, Console console) throws SevException {
        TextTable table = new TextTable("ll");
        table.row("firmware", "API " + api(platform) + ", build " + platform.version().build());
        table.row(
                "ASIDs",
                platform.asids().total()
                        + ", the first "
                        + platform.asids().encryptedState()
                        + " for SEV-ES");
        table.row("owner", owner(platform));
        table.row("ASK", platform.amdChain().ask().toString());
        table.row("ARK", platform.amdChain().ark().toString());
        table.row("root", Json.hex(platform.amdChain().ark().sha384()));
        for (String line : table.lines("")) {
            console.out().println(line);
        }
    }

    private static String owner(PlatformFile platform) {
        if (!platform.hasKeys()) {
            return "none, and no keys, since FACTORY_RESET";
        }
        return platform.ownedExternally() ? "by an imported certificate" : "itself";
    }

    private static String api(PlatformFile platform) {
        return platform.version().apiMajor() + "." + platform.version().apiMinor();
    }
}
