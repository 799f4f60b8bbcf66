package dev.ferry.stream.postcopy;

import dev.ferry.stream.item.CommandId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Writes commands' payloads; the counterpart of {@link CommandReader}. */
public final class CommandEncoder {

    private static final int MAX_PAYLOAD = 0xffff;

    private CommandEncoder() {}

    /**
     * The payload's bytes; for PACKAGED the four bytes of length.
     *
     * @throws IllegalArgumentException if {@code id} has no such payload, a name is longer than 255
     *     bytes, a number does not fit, or all together is longer than 65535 bytes
     */
    public static ByteBuffer encode(CommandId id, CommandPayload payload) {
        ByteBuffer bytes =
                switch (payload) {
                    case CommandPayload.None _ -> ByteBuffer.allocate(0);
                    case CommandPayload.Ping ping -> u32("PING value", ping.value());
                    case CommandPayload.Advise advise ->
                            ByteBuffer.allocate(16)
                                    .putLong(advise.hostPageSizes())
                                    .putLong(advise.targetPageSize())
                                    .flip();
                    case CommandPayload.Discard discard -> discard(discard);
                    case CommandPayload.Packaged packaged ->
                            u32("package length", packaged.length());
                    case CommandPayload.ReceivedBitmap bitmap -> {
                        byte[] name = Names.bytes("block name", bitmap.block());
                        yield ByteBuffer.allocate(1 + name.length)
                                .put((byte) name.length)
                                .put(name)
                                .flip();
                    }
                };
        boolean fits =
                switch (id) {
                    case PING -> payload instanceof CommandPayload.Ping;
                    case POSTCOPY_ADVISE ->
                            payload instanceof CommandPayload.Advise
                                    || payload instanceof CommandPayload.None;
                    case POSTCOPY_RAM_DISCARD -> payload instanceof CommandPayload.Discard;
                    case PACKAGED -> payload instanceof CommandPayload.Packaged;
                    case RECV_BITMAP -> payload instanceof CommandPayload.ReceivedBitmap;
                    case OPEN_RETURN_PATH,
                            POSTCOPY_LISTEN,
                            POSTCOPY_RUN,
                            ENABLE_COLO,
                            POSTCOPY_RESUME,
                            SWITCHOVER_START ->
                            payload instanceof CommandPayload.None;
                    case INVALID -> false;
                };
        if (!fits) {
            throw new IllegalArgumentException("command " + id + " with payload " + payload);
        }
        return bytes;
    }

    private static ByteBuffer discard(CommandPayload.Discard discard) {
        byte[] name = Names.bytes("block name", discard.block());
        long length = 3L + name.length + 16L * discard.ranges().size();
        if (length > MAX_PAYLOAD) {
            throw new IllegalArgumentException(
                    discard.ranges().size() + " discarded ranges do not fit into one command");
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) length);
        bytes.put((byte) 0).put((byte) name.length).put(name).put((byte) 0);
        for (CommandPayload.Range range : discard.ranges()) {
            bytes.putLong(range.start()).putLong(range.length());
        }
        return bytes.flip();
    }

    private static ByteBuffer u32(String what, long value) {
        if (value >>> 32 != 0) {
            throw new IllegalArgumentException(what + " " + value + " does not fit 32 bits");
        }
        return ByteBuffer.allocate(4).putInt((int) value).flip();
    }

    /** Counted strings. */
    static final class Names {

        private Names() {}

        static byte[] bytes(String what, String name) {
            byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
            if (bytes.length > 255) {
                throw new IllegalArgumentException(
                        what + " of " + bytes.length + " bytes: at most 255 fit");
            }
            return bytes;
        }
    }
}
