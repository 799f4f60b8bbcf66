package dev.ferry.stream.postcopy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.item.CommandId;
import dev.ferry.stream.testing.WireBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CommandEncoderTest {

    private static final String LONG = "x".repeat(256);

    private static byte[] encode(CommandId id, CommandPayload payload) {
        ByteBuffer encoded = CommandEncoder.encode(id, payload);
        byte[] bytes = new byte[encoded.remaining()];
        encoded.get(bytes);
        return bytes;
    }

    private static void assertRefused(String message, CommandId id, CommandPayload payload) {
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class, () -> CommandEncoder.encode(id, payload));
        assertEquals(message, e.getMessage());
    }

    @Test
    void discardedRanges() {
        assertArrayEquals(
                WireBytes.hex("00 0170 00 0000000000020000 0000000000040000"),
                encode(
                        CommandId.POSTCOPY_RAM_DISCARD,
                        new CommandPayload.Discard(
                                "p", List.of(new CommandPayload.Range(0x20000, 0x40000)))));
    }

    @Test
    void whatIsEncodedIsDecoded() throws IOException {
        for (long seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            CommandId id = Objects.requireNonNull(CommandId.of(1 + random.nextInt(11)));
            CommandPayload payload = payload(id, random);
            byte[] encoded = encode(id, payload);
            byte[] wire = WireBytes.of().u16(id.code()).u16(encoded.length).raw(encoded).bytes();
            try (WireInput in = new WireInput(new MemorySource("c", wire))) {
                assertEquals(payload, CommandReader.read(in, 0, 0, 0).payload(), "seed " + seed);
            }
        }
    }

    private static CommandPayload payload(CommandId id, Random random) {
        return switch (id) {
            case PING -> new CommandPayload.Ping(random.nextInt() & 0xffffffffL);
            case PACKAGED -> new CommandPayload.Packaged(random.nextInt() & 0xffffffffL);
            case POSTCOPY_ADVISE ->
                    random.nextBoolean()
                            ? new CommandPayload.None()
                            : new CommandPayload.Advise(random.nextLong(), random.nextLong());
            case POSTCOPY_RAM_DISCARD -> {
                List<CommandPayload.Range> ranges = new ArrayList<>();
                for (int i = random.nextInt(13); i > 0; i--) {
                    ranges.add(new CommandPayload.Range(random.nextLong(), random.nextLong()));
                }
                yield new CommandPayload.Discard("\u00ff".repeat(random.nextInt(256)), ranges);
            }
            case RECV_BITMAP -> new CommandPayload.ReceivedBitmap("b".repeat(random.nextInt(256)));
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

    @Test
    void whatDoesNotFitIsRefused() {
        assertRefused(
                "PING value -1 does not fit 32 bits", CommandId.PING, new CommandPayload.Ping(-1));
        assertRefused(
                "package length 4294967296 does not fit 32 bits",
                CommandId.PACKAGED,
                new CommandPayload.Packaged(1L << 32));
        assertRefused(
                "block name of 256 bytes: at most 255 fit",
                CommandId.RECV_BITMAP,
                new CommandPayload.ReceivedBitmap(LONG));
        assertRefused(
                "block name of 256 bytes: at most 255 fit",
                CommandId.POSTCOPY_RAM_DISCARD,
                new CommandPayload.Discard(LONG, List.of()));
        assertRefused(
                "4096 discarded ranges do not fit into one command",
                CommandId.POSTCOPY_RAM_DISCARD,
                new CommandPayload.Discard(
                        "p", Collections.nCopies(4096, new CommandPayload.Range(0, 0))));
    }

    @Test
    void payloadsBelongToTheirCommand() {
        assertRefused(
                "command PING with payload None[]", CommandId.PING, new CommandPayload.None());
        assertRefused(
                "command POSTCOPY_RUN with payload Ping[value=1]",
                CommandId.POSTCOPY_RUN,
                new CommandPayload.Ping(1));
        assertRefused(
                "command INVALID with payload None[]",
                CommandId.INVALID,
                new CommandPayload.None());
    }
}
