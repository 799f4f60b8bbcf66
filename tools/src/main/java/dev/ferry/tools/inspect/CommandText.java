package dev.ferry.tools.inspect;

import dev.ferry.stream.postcopy.CommandPayload;
import dev.ferry.tools.cli.Quantity;
import dev.ferry.tools.cli.SafeText;

/** A command's payload in words. */
final class CommandText {

    private CommandText() {}

    static String payload(CommandPayload payload) {
        return switch (payload) {
            case CommandPayload.None none -> "";
            case CommandPayload.Ping ping -> Quantity.hex(ping.value());
            case CommandPayload.Advise advise ->
                    "host page sizes "
                            + Quantity.hex(advise.hostPageSizes())
                            + ", target page size "
                            + advise.targetPageSize();
            case CommandPayload.Discard discard -> discard(discard);
            case CommandPayload.Packaged packaged -> packaged.length() + " bytes";
            case CommandPayload.ReceivedBitmap bitmap -> "block " + SafeText.of(bitmap.block());
        };
    }

    private static String discard(CommandPayload.Discard discard) {
        StringBuilder text = new StringBuilder("block ").append(SafeText.of(discard.block()));
        for (CommandPayload.Range range : discard.ranges()) {
            text.append(' ')
                    .append(Quantity.hex(range.start()))
                    .append('+')
                    .append(Quantity.hex(range.length()));
        }
        return text.toString();
    }
}
