package dev.ferry.tools.sev;

import dev.ferry.sev.policy.GuestPolicy;
import dev.ferry.tools.cli.UsageException;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.ParseResult;

/** Values of options. */
final class SevArgument {

    private SevArgument() {}

    static String required(ParseResult options, String name) {
        String value = options.matchedOptionValue(name, null);
        if (value == null) {
            throw new UsageException(name + " is missing");
        }
        return value;
    }

    /** A policy word in decimal or, behind 0x, in hex. */
    static GuestPolicy policy(ParseResult options) {
        String value = required(options, "--policy");
        return new GuestPolicy((int) number("--policy", value, 0xffff_ffffL));
    }

    /** A number in decimal or, behind 0x, in hex. */
    static long number(String option, String value, long max) {
        try {
            long number = Long.decode(value);
            if (number >= 0 && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new UsageException(
                option
                        + ": expected a number up to 0x"
                        + Long.toHexString(max)
                        + ", found '"
                        + value
                        + "'");
    }

    /** Bytes in hex or base64; the value itself is never said, since it may be a key. */
    static byte[] bytes(String option, String value, int length) {
        byte[] bytes = SevText.decode(value.getBytes(StandardCharsets.UTF_8));
        if (bytes.length != length) {
            throw new UsageException(
                    option
                            + ": expected "
                            + length
                            + " bytes in hex or base64, found "
                            + bytes.length);
        }
        return bytes;
    }
}
