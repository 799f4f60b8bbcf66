package dev.ferry.stream.postcopy;

import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.item.CommandId;
import dev.ferry.stream.item.StreamItem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Reads a command: {@code u16 id, u16 length, payload}, behind its tag. */
public final class CommandReader {

    private CommandReader() {}

    /**
     * Reads one.
     *
     * @param at offset of the tag, which was read
     */
    public static StreamItem.Command read(WireInput in, int channel, long at, int depth)
            throws IOException {
        int code = in.u16("command id");
        int length = in.u16("command length");
        CommandId id = CommandId.of(code);
        if (id == null || id == CommandId.INVALID) {
            throw in.malformed(
                    at,
                    "command: expected an id from 1 to 11, found "
                            + code
                            + " of "
                            + length
                            + " bytes");
        }
        if (id.length() >= 0 && id.length() != length) {
            throw in.malformed(
                    at + 3,
                    "command " + id + ": expected " + id.length() + " bytes, found " + length);
        }
        in.enter("command " + id);
        ByteBuffer raw = ByteBuffer.wrap(in.bytes(length, "command payload")).asReadOnlyBuffer();
        in.seekBack(length);
        long outer = in.confine(length, "command payload");
        CommandPayload payload = payload(in, id, at, length);
        if (in.regionRemaining() != 0) {
            throw in.malformed(
                    in.offset(), "command payload: " + in.regionRemaining() + " bytes too many");
        }
        in.release(outer);
        in.leave();
        return new StreamItem.Command(channel, at, depth, id, length, raw, payload);
    }

    private static CommandPayload payload(WireInput in, CommandId id, long at, int length)
            throws IOException {
        return switch (id) {
            case PING -> new CommandPayload.Ping(in.u32("value"));
            case POSTCOPY_ADVISE -> advise(in, at, length);
            case POSTCOPY_RAM_DISCARD -> discard(in);
            case PACKAGED -> new CommandPayload.Packaged(in.u32("package length"));
            case RECV_BITMAP -> new CommandPayload.ReceivedBitmap(in.str8("block name"));
            case INVALID,
                    OPEN_RETURN_PATH,
                    POSTCOPY_LISTEN,
                    POSTCOPY_RUN,
                    ENABLE_COLO,
                    POSTCOPY_RESUME,
                    SWITCHOVER_START ->
                    new CommandPayload.None();
        };
    }

    private static CommandPayload advise(WireInput in, long at, int length) throws IOException {
        if (length == 0) {
            return new CommandPayload.None();
        }
        if (length != 16) {
            throw in.malformed(
                    at + 3, "command POSTCOPY_ADVISE: expected 0 or 16 bytes, found " + length);
        }
        return new CommandPayload.Advise(in.u64("host page sizes"), in.u64("target page size"));
    }

    private static CommandPayload discard(WireInput in) throws IOException {
        long at = in.offset();
        int version = in.u8("discard version");
        if (version != 0) {
            throw in.unsupported(at, "discard version: expected 0, found " + version);
        }
        String block = in.str8("block name");
        long nulAt = in.offset();
        int nul = in.u8("name's end");
        if (nul != 0) {
            throw in.malformed(
                    nulAt, "name's end: expected 0, found 0x" + Integer.toHexString(nul));
        }
        if (in.regionRemaining() % 16 != 0) {
            throw in.malformed(
                    nulAt + 1,
                    "discarded ranges: expected a multiple of 16 bytes, found "
                            + in.regionRemaining());
        }
        List<CommandPayload.Range> ranges = new ArrayList<>();
        while (in.regionRemaining() > 0) {
            ranges.add(new CommandPayload.Range(in.u64("range start"), in.u64("range length")));
        }
        return new CommandPayload.Discard(block, ranges);
    }
}
