package dev.ferry.tools.convert;

import dev.ferry.stream.convert.ZeroPages;
import dev.ferry.tools.cli.UsageException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ParseResult;

/**
 * How to convert.
 *
 * @param format the name before the colon of {@code --to}
 * @param variant what stands behind it, or null
 * @param zeroPages how zero pages are written; null for the format's own way
 * @param options all of them, for what only some formats have
 */
record ConvertOptions(
        String format,
        @Nullable String variant,
        @Nullable ZeroPages zeroPages,
        boolean json,
        ParseResult options) {

    static ConvertOptions of(ParseResult options) {
        String to = options.matchedOptionValue("--to", null);
        if (to == null) {
            throw new UsageException("no format is named: --to " + Formats.names());
        }
        int colon = to.indexOf(':');
        String format = colon < 0 ? to : to.substring(0, colon);
        String xbzrle = options.matchedOptionValue("--xbzrle", "off");
        if (!xbzrle.equals("off")) {
            throw new UsageException("--xbzrle: expected off, found '" + xbzrle + "'");
        }
        return new ConvertOptions(
                format,
                colon < 0 ? null : to.substring(colon + 1),
                zeroPages(options.matchedOptionValue("--zero-pages", null)),
                options.hasMatchedOption("--json"),
                options);
    }

    private static @Nullable ZeroPages zeroPages(@Nullable String text) {
        if (text == null) {
            return null;
        }
        for (ZeroPages each : ZeroPages.values()) {
            if (each.name().toLowerCase(Locale.ROOT).equals(text)) {
                return each;
            }
        }
        throw new UsageException("--zero-pages: expected skip, mark or data, found '" + text + "'");
    }

    /** What was given for an option, or null. */
    @Nullable String text(String name) {
        return options.matchedOptionValue(name, null);
    }

    /** Whether a switch was given. */
    boolean flag(String name) {
        return options.hasMatchedOption(name);
    }

    /** A number that was given for an option, or {@code usual}. */
    int number(String name, int usual, int least, int most) {
        String text = text(name);
        if (text == null) {
            return usual;
        }
        try {
            int number = Integer.parseInt(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new UsageException(
                name + ": expected " + least + " to " + most + ", found '" + text + "'");
    }

    /** How zero pages are written where the user has not said. */
    ZeroPages zeroPagesOr(ZeroPages usual) {
        return zeroPages == null ? usual : zeroPages;
    }
}
