package dev.ferry.tools.input;

import dev.ferry.sev.stream.Dialect;
import dev.ferry.stream.ram.RamState;
import dev.ferry.tools.cli.Spec;
import dev.ferry.tools.cli.UsageException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ParseResult;

/**
 * An input as the user named it.
 *
 * @param main path of the main file, or {@code -} for standard input
 * @param channels paths of further recorded channels, source to destination
 * @param reverse paths of recorded directions from destination to source
 * @param snapshot which qcow2 snapshot; null takes the only one
 * @param pageSize target page size in bytes, or 0 to find it out
 * @param layouts path of a file with device layouts, or null
 * @param dialect what RAM flag 0x200 means, or null to find it out
 * @param sevKey path of a file with the key of the platform that an SEV guest was sent to, or null
 */
public record InputFiles(
        String main,
        List<String> channels,
        List<String> reverse,
        @Nullable String snapshot,
        int pageSize,
        @Nullable String layouts,
        @Nullable Dialect dialect,
        @Nullable String sevKey) {

    /** The name of standard input. */
    public static final String STANDARD_INPUT = "-";

    private static final String AUTO = "auto";

    public InputFiles {
        channels = List.copyOf(channels);
        reverse = List.copyOf(reverse);
    }

    /** Adds the options that say what an input is. */
    public static Spec addOptions(Spec spec) {
        return spec.repeated(
                        "--channel",
                        "FILE",
                        "A further recorded channel of the same migration: multifd, preempt, or the"
                                + " connection after a recovery. Any order; once for each.")
                .repeated(
                        "--reverse",
                        "FILE",
                        "A recorded direction from destination to source (return path).")
                .option(
                        "--snapshot",
                        "NAME",
                        "The qcow2 snapshot to read, by name or id, where there are several.")
                .option(
                        "--page-size",
                        "N",
                        "Target page size in bytes, where the stream does not tell (256 to 65536).")
                .option(
                        "--layouts",
                        "FILE",
                        "Layouts of devices, for a stream that does not describe its own: what"
                                + " 'qemu-system-... -M MACHINE -dump-vmstate FILE' wrote, or"
                                + " another stream of the same machine.")
                .option(
                        "--dialect",
                        "NAME",
                        "What RAM flag 0x200 means: "
                                + dialects()
                                + " (auto: upstream's or an SEV guest's, by what follows).");
    }

    /** Adds the option that opens encrypted pages. */
    public static Spec addKey(Spec spec) {
        return spec.option(
                "--sev-key",
                "FILE",
                "For an SEV guest: the key that its pages were encrypted for. The private key of"
                        + " the destination's PDH (PEM, EC P-384), or a platform file.");
    }

    private static String dialects() {
        StringBuilder names = new StringBuilder(AUTO);
        for (Dialect dialect : Dialect.values()) {
            names.append(", ").append(dialect.code());
        }
        return names.toString();
    }

    private static @Nullable Dialect dialect(@Nullable String name) {
        if (name == null || name.equals(AUTO)) {
            return null;
        }
        Dialect dialect = Dialect.of(name);
        if (dialect == null) {
            throw new UsageException(
                    "--dialect: expected one of " + dialects() + ", found '" + name + "'");
        }
        return dialect;
    }

    /** Adds the same options for a second input, named with {@code -b} behind. */
    public static Spec addSecondOptions(Spec spec) {
        return spec.repeated("--channel-b", "FILE", "A further recorded channel of B.")
                .option("--snapshot-b", "NAME", "The qcow2 snapshot of B.")
                .option("--page-size-b", "N", "B's page size, where it is not that of A.")
                .option("--layouts-b", "FILE", "B's layouts, where they are not those of A.");
    }

    /** What was given for input {@code main}. */
    public static InputFiles of(String main, ParseResult options) {
        return of(
                main,
                options.matchedOptionValue("--channel", List.of()),
                options.matchedOptionValue("--reverse", List.of()),
                options.matchedOptionValue("--snapshot", null),
                options.matchedOptionValue("--page-size", null),
                options.matchedOptionValue("--layouts", null),
                options);
    }

    /** What was given for a second input; page size and layouts are the first one's by default. */
    public static InputFiles second(String main, ParseResult options) {
        String pageSize = options.matchedOptionValue("--page-size", null);
        String layouts = options.matchedOptionValue("--layouts", null);
        return of(
                main,
                options.matchedOptionValue("--channel-b", List.of()),
                List.of(),
                options.matchedOptionValue("--snapshot-b", null),
                options.matchedOptionValue("--page-size-b", pageSize),
                options.matchedOptionValue("--layouts-b", layouts),
                options);
    }

    private static InputFiles of(
            String main,
            List<String> channels,
            List<String> reverse,
            @Nullable String snapshot,
            @Nullable String pageSize,
            @Nullable String layouts,
            ParseResult options) {
        return of(
                main,
                channels,
                reverse,
                snapshot,
                pageSize,
                layouts,
                options.matchedOptionValue("--dialect", null),
                options.matchedOptionValue("--sev-key", null));
    }

    /** An input whose options are still text; those that were not given are null. */
    public static InputFiles of(
            String main,
            List<String> channels,
            List<String> reverse,
            @Nullable String snapshot,
            @Nullable String pageSize,
            @Nullable String layouts,
            @Nullable String dialect,
            @Nullable String sevKey) {
        InputFiles files =
                new InputFiles(
                        main,
                        channels,
                        reverse,
                        snapshot,
                        pageSize == null ? 0 : pageSize(pageSize),
                        layouts,
                        dialect(dialect),
                        sevKey);
        if (Collections.frequency(files.all(), STANDARD_INPUT) > 1) {
            throw new UsageException("standard input ('-') can be named only once");
        }
        return files;
    }

    /** Whether any of it is read from standard input. */
    public boolean standardInput() {
        return all().contains(STANDARD_INPUT);
    }

    /** Every file that is read. */
    public List<String> all() {
        List<String> all = new ArrayList<>(channels);
        all.addAll(reverse);
        all.add(main);
        if (layouts != null) {
            all.add(layouts);
        }
        return all;
    }

    private static int pageSize(String text) {
        try {
            int bytes = Integer.parseInt(text);
            if (RamState.possiblePageSize(bytes)) {
                return bytes;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new UsageException(
                "--page-size: expected a power of two from 256 to 65536, found '" + text + "'");
    }
}
