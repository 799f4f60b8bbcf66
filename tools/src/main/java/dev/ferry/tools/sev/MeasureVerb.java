package dev.ferry.tools.sev;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ferry.sev.session.LaunchMeasurement;
import dev.ferry.sev.session.TransportKeys;
import dev.ferry.tools.ExitCode;
import dev.ferry.tools.Version;
import dev.ferry.tools.cli.Console;
import dev.ferry.tools.cli.Spec;
import dev.ferry.tools.cli.UsageException;
import dev.ferry.tools.cli.Verb;
import dev.ferry.tools.json.Json;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code ferry sev measure}: the launch measurement that a firmware would give. */
final class MeasureVerb implements Verb {

    private static final int SCHEMA = 1;
    private static final int TIK_BYTES = TransportKeys.KEY_BYTES;

    @Override
    public CommandSpec spec() {
        return Spec.of(
                        "measure",
                        "Computes a guest's launch measurement, to compare with what the platform says:"
                                + " query-sev-launch-measure in QMP, virsh domlaunchsecinfo.")
                .option("--api", "MAJOR.MINOR", "The firmware's API version, such as 1.51.")
                .option("--build", "N", "The firmware's build number. Not before API 0.17.")
                .option("--policy", "N", "The guest's policy, such as 0x1.")
                .option(
                        "--digest",
                        "HEX",
                        "SHA-256 of what was launched, where it is known already.")
                .repeated(
                        "--data",
                        "FILE",
                        "What was launched, in its order: usually the firmware image, then QEMU's"
                                + " hash table. Once for each.")
                .option(
                        "--nonce",
                        "HEX",
                        "The measurement's nonce: its last 16 bytes. In hex or base64.")
                .option(
                        "--tik",
                        "HEX|FILE",
                        "The session's integrity key: a file of 16 bytes (or of TEK and TIK, 32),"
                                + " binary, hex or base64. In hex it can be given here, but then"
                                + " everybody on this machine sees it.")
                .option(
                        "--expect",
                        "HEX",
                        "Compare with this measurement, 48 bytes in base64 or hex; exit with 1 if it"
                                + " is another. Its nonce is taken if --nonce is not given.")
                .flag("--json", "One JSON object.")
                .flag("--schema", "Print the JSON Schema of --json and end.")
                .examples(
                        "ferry sev measure --api 1.51 --build 3 --policy 1 --data OVMF.fd --tik tik.bin"
                                + " --nonce 505152535455565758595a5b5c5d5e5f",
                        "ferry sev measure --api 1.51 --build 3 --policy 1 --data OVMF.fd --tik tik.bin"
                                + " --expect \"$(cat measurement.b64)\" && echo as launched")
                .build();
    }

    @Override
    public ExitCode run(ParseResult options, Console console) throws IOException {
        if (options.hasMatchedOption("--schema")) {
            return SevSchema.print("sev-measure", console);
        }
        LaunchMeasurement.Firmware firmware = firmware(options);
        byte[] expected = optional(options, "--expect", LaunchMeasurement.BYTES);
        byte[] nonce = nonce(options, expected);
        String tik = SevArgument.required(options, "--tik");
        var policy = SevArgument.policy(options);
        byte[] digest = digest(options, console);
        LaunchMeasurement measurement;
        try (TransportKeys keys = keys(tik, console)) {
            measurement = LaunchMeasurement.compute(firmware, policy, digest, nonce, keys);
        }
        boolean same =
                expected == null
                        || java.security.MessageDigest.isEqual(expected, measurement.bytes());
        if (options.hasMatchedOption("--json")) {
            json(measurement, digest, expected == null ? null : same, console);
        } else {
            console.out().println(SevFile.base64(measurement.bytes()));
            if (!same) {
                console.say("the measurement is another than expected");
            }
        }
        return same ? ExitCode.OK : ExitCode.FINDINGS;
    }

    private static LaunchMeasurement.Firmware firmware(ParseResult options) {
        String api = SevArgument.required(options, "--api");
        int dot = api.indexOf('.');
        if (dot < 0) {
            throw new UsageException("--api: expected MAJOR.MINOR, found '" + api + "'");
        }
        int major = (int) SevArgument.number("--api", api.substring(0, dot), 0xff);
        int minor = (int) SevArgument.number("--api", api.substring(dot + 1), 0xff);
        String build = options.matchedOptionValue("--build", null);
        LaunchMeasurement.Firmware firmware =
                new LaunchMeasurement.Firmware(
                        major,
                        minor,
                        build == null ? 0 : (int) SevArgument.number("--build", build, 0xff));
        if (build == null && firmware.hasContext()) {
            throw new UsageException("--build is missing");
        }
        return firmware;
    }

    private static byte @Nullable [] optional(ParseResult options, String name, int length) {
        String value = options.matchedOptionValue(name, null);
        return value == null ? null : SevArgument.bytes(name, value, length);
    }

    private static byte[] nonce(ParseResult options, byte @Nullable [] expected) {
        byte[] nonce = optional(options, "--nonce", LaunchMeasurement.NONCE_BYTES);
        if (nonce != null) {
            return nonce;
        }
        if (expected == null) {
            throw new UsageException("--nonce is missing");
        }
        return Arrays.copyOfRange(expected, LaunchMeasurement.MEASURE_BYTES, expected.length);
    }

    private static byte[] digest(ParseResult options, Console console) throws IOException {
        byte[] digest = optional(options, "--digest", LaunchMeasurement.DIGEST_BYTES);
        List<String> data = options.matchedOptionValue("--data", List.of());
        if (digest == null) {
            if (data.isEmpty()) {
                throw new UsageException("--digest or --data is missing");
            }
            return LaunchDigest.of(data, console);
        }
        if (!data.isEmpty()) {
            throw new UsageException("--digest and --data exclude each other");
        }
        return digest;
    }

    /** Only the TIK counts here. */
    private static TransportKeys keys(String tik, Console console) throws IOException {
        boolean inline = tik.length() == 2 * TIK_BYTES && tik.matches("[0-9a-fA-F]*");
        byte[] bytes =
                inline ? SevArgument.bytes("--tik", tik, TIK_BYTES) : SevFile.read(tik, console);
        try {
            if (bytes.length != TIK_BYTES && bytes.length != 2 * TIK_BYTES) {
                throw new FileSystemException(
                        tik, null, "expected a key of 16 bytes, found " + bytes.length);
            }
            byte[] key = Arrays.copyOfRange(bytes, bytes.length - TIK_BYTES, bytes.length);
            try {
                return TransportKeys.of(new byte[TIK_BYTES], key);
            } finally {
                Arrays.fill(key, (byte) 0);
            }
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private static void json(
            LaunchMeasurement measurement, byte[] digest, @Nullable Boolean same, Console console)
            throws IOException {
        try (JsonGenerator out = Json.generator(console.out())) {
            out.writeStartObject();
            out.writeNumberField("schema", SCHEMA);
            out.writeStringField("ferry", Version.NUMBER);
            out.writeStringField("digest", Json.hex(digest));
            out.writeStringField("measure", Json.hex(measurement.measure()));
            out.writeStringField("nonce", Json.hex(measurement.nonce()));
            out.writeStringField("base64", SevFile.base64(measurement.bytes()));
            if (same == null) {
                out.writeNullField("asExpected");
            } else {
                out.writeBooleanField("asExpected", same);
            }
            out.writeEndObject();
            out.writeRaw('\n');
        }
    }
}
