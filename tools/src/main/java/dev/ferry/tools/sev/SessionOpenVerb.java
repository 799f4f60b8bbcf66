package dev.ferry.tools.sev;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.cert.Certificate;
import dev.ferry.sev.cert.CertificateUsage;
import dev.ferry.sev.cert.P384PrivateKey;
import dev.ferry.sev.cert.SevCertificate;
import dev.ferry.sev.policy.GuestPolicy;
import dev.ferry.sev.session.SessionBlob;
import dev.ferry.sev.session.TransportKeys;
import dev.ferry.tools.ExitCode;
import dev.ferry.tools.Version;
import dev.ferry.tools.cli.Console;
import dev.ferry.tools.cli.Spec;
import dev.ferry.tools.cli.UsageException;
import dev.ferry.tools.cli.Verb;
import dev.ferry.tools.input.SevKeyFile;
import dev.ferry.tools.json.Json;
import dev.ferry.tools.output.Output;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code ferry sev session open}: whether a session blob is for a key, and what is in it. */
final class SessionOpenVerb implements Verb {

    private static final int SCHEMA = 1;

    @Override
    public CommandSpec spec() {
        return Spec.of(
                        "open",
                        "Opens a session blob as the SEV firmware does in LAUNCH_START and"
                                + " RECEIVE_START, and tells whether it does. Exits with 1 if not.")
                .parameters(
                        "FILE",
                        "0..*",
                        "128 bytes; binary, base64 (QEMU's session-file) or hex. '-' is standard"
                                + " input.")
                .option(
                        "--sev-key",
                        "FILE",
                        "The private key of the PDH that it was made for (PEM, EC P-384), or a"
                                + " platform file.")
                .option(
                        "--pdh",
                        "FILE",
                        "The PDH certificate of whoever made it: the source, or the guest's owner.")
                .option("--policy", "N", "The guest's policy, such as 0x1.")
                .flag(
                        "--show-keys",
                        "Print the transport keys, TEK and TIK, in hex. Mind who looks.")
                .option(
                        "-o --output",
                        "FILE",
                        "With --show-keys: write them to a file that only its owner can read.")
                .flag("--json", "One JSON object.")
                .flag("--schema", "Print the JSON Schema of --json and end.")
                .examples(
                        "ferry sev session open --sev-key pdh.pem --pdh peer.cert --policy 1 session.b64",
                        "ferry sev session open --sev-key pdh.pem --pdh peer.cert --policy 1"
                                + " --show-keys --json -o keys.json session.b64")
                .build();
    }

    @Override
    public ExitCode run(ParseResult options, Console console) throws IOException {
        if (options.hasMatchedOption("--schema")) {
            return SevSchema.print("sev-session-open", console);
        }
        String file = SevFile.only(options.matchedPositionalValue(0, List.of()));
        String keyFile = SevArgument.required(options, "--sev-key");
        String pdhFile = SevArgument.required(options, "--pdh");
        GuestPolicy policy = SevArgument.policy(options);
        boolean json = options.hasMatchedOption("--json");
        boolean show = options.hasMatchedOption("--show-keys");
        String path = options.matchedOptionValue("--output", null);
        if (path != null && !show) {
            throw new UsageException("--output goes with --show-keys only");
        }
        SevCertificate pdh = pdh(pdhFile, console);
        SessionBlob session = SessionFile.read(file, console);
        try (P384PrivateKey key = SevKeyFile.read(keyFile);
                TransportKeys keys = session.open(key, pdh, policy)) {
            if (show) {
                write(keys, json, path, List.of(file, keyFile, pdhFile), console);
            } else if (json) {
                verdict(FirmwareStatus.SUCCESS, null, console);
            } else {
                console.out().println("the session opens");
            }
            return ExitCode.OK;
        } catch (SevException e) {
            if (json) {
                verdict(e.status(), e.getMessage(), console);
            } else {
                console.out().println(e.status() + ": " + e.getMessage());
            }
            return ExitCode.FINDINGS;
        }
    }

    private static SevCertificate pdh(String file, Console console) throws IOException {
        for (CertificateFiles.Named named : CertificateFiles.read(List.of(file), console)) {
            Certificate certificate = named.certificate();
            if (certificate.usageCode() == CertificateUsage.PDH.code()
                    && certificate instanceof SevCertificate pdh) {
                return pdh;
            }
        }
        throw SevFile.malformed(file, 0, "certificates: expected a PDH, found none");
    }

    private static void verdict(FirmwareStatus status, @Nullable String reason, Console console)
            throws IOException {
        try (JsonGenerator out = Json.generator(console.out())) {
            begin(out, status);
            out.writeStringField("reason", reason);
            out.writeEndObject();
            out.writeRaw('\n');
        }
    }

    private static void begin(JsonGenerator out, FirmwareStatus status) throws IOException {
        out.writeStartObject();
        out.writeNumberField("schema", SCHEMA);
        out.writeStringField("ferry", Version.NUMBER);
        out.writeBooleanField("opens", status == FirmwareStatus.SUCCESS);
        out.writeStringField("status", status.name());
        out.writeNumberField("statusCode", status.code());
    }

    private static void write(
            TransportKeys keys,
            boolean json,
            @Nullable String path,
            List<String> inputs,
            Console console)
            throws IOException {
        byte[] tek = keys.encryption().getEncoded();
        byte[] tik = keys.integrity().getEncoded();
        try (Output output = Output.openPrivate(path, inputs, console)) {
            output.write(json ? keysJson(tek, tik) : keysText(tek, tik));
            output.commit();
        } finally {
            Arrays.fill(tek, (byte) 0);
            Arrays.fill(tik, (byte) 0);
        }
    }

    private static byte[] keysText(byte[] tek, byte[] tik) {
        String text = "TEK  " + Json.hex(tek) + "\nTIK  " + Json.hex(tik) + "\n";
        return text.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    }

    private static byte[] keysJson(byte[] tek, byte[] tik) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator out = Json.generator(bytes)) {
            begin(out, FirmwareStatus.SUCCESS);
            out.writeNullField("reason");
            out.writeStringField("tek", Json.hex(tek));
            out.writeStringField("tik", Json.hex(tik));
            out.writeEndObject();
            out.writeRaw('\n');
        }
        return bytes.toByteArray();
    }
}
