package dev.ferry.tools.sev;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ferry.sev.SevException;
import dev.ferry.sev.cert.Certificate;
import dev.ferry.sev.cert.CertificateBundle;
import dev.ferry.sev.cert.CertificateUsage;
import dev.ferry.sev.cert.ChainVerification;
import dev.ferry.sev.cert.KnownArk;
import dev.ferry.sev.cert.TrustedArks;
import dev.ferry.tools.ExitCode;
import dev.ferry.tools.Version;
import dev.ferry.tools.cli.Console;
import dev.ferry.tools.cli.Spec;
import dev.ferry.tools.cli.Style;
import dev.ferry.tools.cli.TextTable;
import dev.ferry.tools.cli.UsageException;
import dev.ferry.tools.cli.Verb;
import dev.ferry.tools.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code ferry sev certs verify}: checks a chain, or what there is of one. */
final class CertsVerifyVerb implements Verb {

    private static final int SCHEMA = 1;

    @Override
    public CommandSpec spec() {
        return Spec.of(
                        "verify",
                        "Verifies a platform's certificates up to AMD's root as the SEV firmware does,"
                                + " and tells which link fails and why. Exits with 4 if everything is"
                                + " right but certificates are missing between these and the root.")
                .parameters(
                        "FILE",
                        "0..*",
                        "Certificates of one platform, in any order, in one file or several: PDH,"
                                + " PEK, OCA, CEK, ASK, ARK; binary, base64 or hex. '-' is standard"
                                + " input.")
                .option(
                        "--ark-sha384",
                        "HEX",
                        "Trust this root instead of AMD's: SHA-384 of the ARK without its signature,"
                                + " as 'ferry sev certs show' tells it.")
                .flag("--json", "One JSON object with every link.")
                .flag("--schema", "Print the JSON Schema of --json and end.")
                .examples(
                        "ferry sev certs verify pdh.cert cert_chain.cert ask_ark_rome.cert",
                        "ferry sev certs verify ask_ark_genoa.cert       AMD's own alone",
                        "ferry sev certs verify --json *.cert | jq '.links[] | select(.status !="
                                + " \"SUCCESS\")'")
                .build();
    }

    @Override
    public ExitCode run(ParseResult options, Console console) throws IOException {
        if (options.hasMatchedOption("--schema")) {
            return SevSchema.print("sev-certs-verify", console);
        }
        String digest = options.matchedOptionValue("--ark-sha384", null);
        TrustedArks trusted =
                digest == null
                        ? TrustedArks.amd()
                        : TrustedArks.only(
                                SevArgument.bytes(
                                        "--ark-sha384", digest, TrustedArks.DIGEST_BYTES));
        ChainVerification result =
                ChainVerification.verify(
                        bundle(
                                CertificateFiles.read(
                                        options.matchedPositionalValue(0, List.of()), console)),
                        trusted);
        if (options.hasMatchedOption("--json")) {
            json(result, digest != null, console);
        } else {
            text(result, console);
        }
        if (result.failure().isPresent()) {
            return ExitCode.FINDINGS;
        }
        return result.missingBelowRoot().isEmpty() ? ExitCode.OK : ExitCode.UNSUPPORTED;
    }

    private static CertificateBundle bundle(List<CertificateFiles.Named> all) throws IOException {
        List<Certificate> certificates = new ArrayList<>();
        for (CertificateFiles.Named named : all) {
            if (named.certificate().usageCode() == CertificateUsage.INVALID.code()) {
                throw SevFile.malformed(
                        named.file(),
                        named.offset(),
                        "SEV certificate: expected the usage of a PDH, PEK, OCA or CEK, found 0x1000");
            }
            certificates.add(named.certificate());
        }
        try {
            return CertificateBundle.of(certificates);
        } catch (SevException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    private static void text(ChainVerification result, Console console) {
        Style style = Style.of(console);
        TextTable table = new TextTable("ll");
        for (ChainVerification.Link link : result.links()) {
            table.row(link.link().title(), link.verdict().toString());
        }
        int row = 0;
        for (String line : table.lines("")) {
            boolean valid = result.links().get(row++).verdict().isValid();
            console.out().println(valid ? line : style.red(line));
        }
        console.out().println(style.bold(conclusion(result)));
    }

    private static String conclusion(ChainVerification result) {
        List<CertificateUsage> missing = result.missingBelowRoot();
        if (result.failure().isPresent() || missing.isEmpty()) {
            return result.summary();
        }
        return "not verified up to AMD's root: no "
                + String.join(", ", missing.stream().map(Enum::name).toList());
    }

    private static void json(ChainVerification result, boolean ownRoot, Console console)
            throws IOException {
        try (JsonGenerator out = Json.generator(console.out())) {
            out.writeStartObject();
            out.writeNumberField("schema", SCHEMA);
            out.writeStringField("ferry", Version.NUMBER);
            out.writeBooleanField("valid", result.failure().isEmpty());
            out.writeBooleanField("complete", result.missing().isEmpty());
            out.writeStringField("trusted", ownRoot ? "given" : "amd");
            out.writeStringField("root", result.root().map(KnownArk::generation).orElse(null));
            usages(out, "missing", result.missing());
            usages(out, "missingBelowRoot", result.missingBelowRoot());
            out.writeArrayFieldStart("links");
            for (ChainVerification.Link link : result.links()) {
                out.writeStartObject();
                link(out, link);
                out.writeEndObject();
            }
            out.writeEndArray();
            failure(out, result.failure().orElse(null));
            out.writeStringField("summary", conclusion(result));
            out.writeEndObject();
            out.writeRaw('\n');
        }
    }

    private static void usages(JsonGenerator out, String name, List<CertificateUsage> usages)
            throws IOException {
        out.writeArrayFieldStart(name);
        for (CertificateUsage usage : usages) {
            out.writeString(usage.name());
        }
        out.writeEndArray();
    }

    private static void link(JsonGenerator out, ChainVerification.Link link) throws IOException {
        out.writeStringField("subject", link.link().subject().name());
        out.writeStringField("signer", link.link().signer().name());
        out.writeStringField("status", link.verdict().status().name());
        out.writeNumberField("statusCode", link.verdict().status().code());
        out.writeStringField("reason", link.verdict().isValid() ? null : link.verdict().reason());
    }

    private static void failure(JsonGenerator out, ChainVerification.@Nullable Link failure)
            throws IOException {
        if (failure == null) {
            out.writeNullField("failure");
            return;
        }
        out.writeObjectFieldStart("failure");
        link(out, failure);
        out.writeEndObject();
    }
}
