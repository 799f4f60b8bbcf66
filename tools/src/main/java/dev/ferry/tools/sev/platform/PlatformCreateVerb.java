package dev.ferry.tools.sev.platform;

import dev.ferry.sev.SevException;
import dev.ferry.sev.firmware.AsidRange;
import dev.ferry.sev.firmware.FirmwareVersion;
import dev.ferry.sev.firmware.PlatformFile;
import dev.ferry.sev.firmware.PlatformOptions;
import dev.ferry.stream.Place;
import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.tools.ExitCode;
import dev.ferry.tools.cli.Console;
import dev.ferry.tools.cli.Spec;
import dev.ferry.tools.cli.UsageException;
import dev.ferry.tools.cli.Verb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code ferry sev platform create}: a new platform in a file. */
final class PlatformCreateVerb implements Verb {

    private static final int SMALL_ROOT = 2048;

    @Override
    public CommandSpec spec() {
        return Spec.of(
                        "create",
                        "Makes a software platform with new keys, in a file that only you can read.")
                .parameters("FILE", "0..*", "The file to write; it must not be there.")
                .option("--api", "MAJOR.MINOR", "The firmware's API version; 1.55 if not given.")
                .option("--build", "N", "The firmware's build number; 3 if not given.")
                .option(
                        "--root",
                        "FILE",
                        "Another software platform whose maker, ARK and ASK, this one is to have:"
                                + " each then takes the other for genuine, as policies with SEV"
                                + " demand. Otherwise it is the first of a maker of its own.")
                .option(
                        "--root-bits",
                        "N",
                        "Size of a new ARK and ASK: 4096 as AMD's, which take seconds, or 2048.")
                .examples(
                        "ferry sev platform create host-a.json",
                        "ferry sev platform create host-b.json --root host-a.json --api 1.51")
                .build();
    }

    @Override
    public ExitCode run(ParseResult options, Console console) throws IOException {
        String name = PlatformInput.only(options);
        Path file = PlatformInput.path(name);
        String root = options.matchedOptionValue("--root", null);
        String bits = options.matchedOptionValue("--root-bits", null);
        if (root != null && bits != null) {
            throw new UsageException("--root-bits is for a new root, --root names another's");
        }
        FirmwareVersion version =
                version(
                        options.matchedOptionValue("--api", null),
                        options.matchedOptionValue("--build", null));
        int rootBits = rootBits(bits);
        if (Files.exists(file)) {
            throw new UsageException(name + " is there already, and keys are not overwritten");
        }
        try (PlatformFile platform = create(version, rootBits, root)) {
            platform.write(file);
        }
        return ExitCode.OK;
    }

    private static PlatformFile create(FirmwareVersion version, int rootBits, @Nullable String root)
            throws IOException {
        Optional<PlatformFile> other =
                root == null ? Optional.empty() : Optional.of(PlatformInput.read(root));
        try {
            return PlatformFile.create(
                    new PlatformOptions(version, AsidRange.DEFAULT, rootBits, other),
                    new SecureRandom());
        } catch (SevException e) {
            throw new UnsupportedStreamException(
                    Objects.requireNonNullElse(e.getMessage(), "no root"),
                    new Place(Objects.requireNonNullElse(root, ""), 0, ""),
                    e);
        } finally {
            other.ifPresent(PlatformFile::close);
        }
    }

    private static int rootBits(@Nullable String value) {
        if (value == null || value.equals(Integer.toString(PlatformOptions.AMD_ROOT_BITS))) {
            return PlatformOptions.AMD_ROOT_BITS;
        }
        if (value.equals(Integer.toString(SMALL_ROOT))) {
            return SMALL_ROOT;
        }
        throw new UsageException("--root-bits: expected 2048 or 4096, found '" + value + "'");
    }

    private static FirmwareVersion version(@Nullable String api, @Nullable String build) {
        int major = FirmwareVersion.DEFAULT.apiMajor();
        int minor = FirmwareVersion.DEFAULT.apiMinor();
        if (api != null) {
            int dot = api.indexOf('.');
            if (dot < 0) {
                throw new UsageException("--api: expected such as 1.55, found '" + api + "'");
            }
            major = number("--api", api.substring(0, dot));
            minor = number("--api", api.substring(dot + 1));
        }
        return new FirmwareVersion(
                major,
                minor,
                build == null ? FirmwareVersion.DEFAULT.build() : number("--build", build));
    }

    private static int number(String option, String value) {
        try {
            int number = Integer.parseInt(value);
            if (number >= 0 && number <= 255) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new UsageException(
                option + ": expected a number from 0 to 255, found '" + value + "'");
    }
}
