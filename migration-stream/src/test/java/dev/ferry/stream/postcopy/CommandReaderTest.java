package dev.ferry.stream.postcopy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.StreamException;
import dev.ferry.stream.TruncatedStreamException;
import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.item.CommandId;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.testing.WireBytes;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandReaderTest {

    /** Reads a command, tag included, that ends the input. */
    private static StreamItem.Command read(WireBytes bytes) throws IOException {
        WireInput in = new WireInput(new MemorySource("test", bytes.bytes()));
        assertEquals(8, in.u8("tag"));
        StreamItem.Command command = CommandReader.read(in, 0, 0, 2);
        assertTrue(in.atEnd(), "all of the command");
        assertEquals(0, in.depth());
        return command;
    }

    private static CommandPayload payload(String hexDigits) throws IOException {
        return read(WireBytes.of().raw(hexDigits)).payload();
    }

    private static void assertFails(
            Class<? extends StreamException> type, String problem, long at, String hexDigits) {
        StreamException e = assertThrows(type, () -> payload(hexDigits));
        assertEquals(problem, e.problem());
        assertEquals(at, e.at().offset(), "offset");
    }

    @ParameterizedTest
    @CsvSource({
        "1, OPEN_RETURN_PATH",
        "4, POSTCOPY_LISTEN",
        "5, POSTCOPY_RUN",
        "8, ENABLE_COLO",
        "9, POSTCOPY_RESUME",
        "11, SWITCHOVER_START"
    })
    void mostCommandsAreTheirNumber(int code, CommandId id) throws IOException {
        StreamItem.Command command = read(WireBytes.of().u8(8).u16(code).u16(0));
        assertEquals(id, command.id());
        assertEquals(new CommandPayload.None(), command.payload());
        assertEquals(0, command.length());
        assertEquals(2, command.depth());
        assertFails(
                MalformedStreamException.class,
                "command " + id + ": expected 0 bytes, found 1",
                3,
                "08 00" + String.format("%02x", code) + "0001 00");
    }

    @Test
    void pingHasAValue() throws IOException {
        StreamItem.Command command = read(WireBytes.of().raw("08 0002 0004 fffffffe"));
        assertEquals(new CommandPayload.Ping(0xfffffffeL), command.payload());
        assertEquals(4, command.raw().remaining());
        assertEquals((byte) 0xfe, command.raw().get(3));
        assertTrue(command.raw().isReadOnly());
    }

    @Test
    void adviseMayBeEmpty() throws IOException {
        assertEquals(new CommandPayload.None(), payload("08 0003 0000"));
        assertEquals(
                new CommandPayload.Advise(0x201000, 4096),
                payload("08 0003 0010 0000000000201000 0000000000001000"));
        assertFails(
                MalformedStreamException.class,
                "command POSTCOPY_ADVISE: expected 0 or 16 bytes, found 8",
                3,
                "08 0003 0008 0000000000201000");
    }

    @Test
    void discardListsRanges() throws IOException {
        assertEquals(
                new CommandPayload.Discard(
                        "pc.ram",
                        List.of(
                                new CommandPayload.Range(0x2000, 0x40000),
                                new CommandPayload.Range(0x50000, 0x1000))),
                payload(
                        "08 0006 0029 00 06 70632e72616d 00"
                                + "0000000000002000 0000000000040000"
                                + "0000000000050000 0000000000001000"));
        assertEquals(
                new CommandPayload.Discard("m", List.of()), payload("08 0006 0004 00 01 6d 00"));
    }

    @Test
    void discardMustBeWellFormed() {
        assertFails(
                UnsupportedStreamException.class,
                "discard version: expected 0, found 1",
                5,
                "08 0006 0004 01 01 6d 00");
        assertFails(
                MalformedStreamException.class,
                "name's end: expected 0, found 0x5",
                8,
                "08 0006 0004 00 01 6d 05");
        assertFails(
                MalformedStreamException.class,
                "discarded ranges: expected a multiple of 16 bytes, found 8",
                9,
                "08 0006 000c 00 01 6d 00 0000000000000000");
        assertFails(
                TruncatedStreamException.class,
                "block name: expected 100 bytes, the enclosing data ends after 2",
                7,
                "08 0006 0004 00 64 6d 00");
    }

    @Test
    void longestDiscardStaysSmall() throws IOException {
        int ranges = (0xffff - 4) / 16;
        WireBytes bytes = WireBytes.of().raw("08 0006").u16(4 + 16 * ranges).raw("00 01 6d 00");
        for (int i = 0; i < ranges; i++) {
            bytes.u64(-1).u64(-1);
        }
        CommandPayload.Discard discard = (CommandPayload.Discard) read(bytes).payload();
        assertEquals(4095, discard.ranges().size());
        assertEquals(new CommandPayload.Range(-1, -1), discard.ranges().getLast());
    }

    @Test
    void packagedTellsTheLengthOfWhatFollows() throws IOException {
        StreamItem.Command command = read(WireBytes.of().raw("08 0007 0004 ffffffff"));
        assertEquals(new CommandPayload.Packaged(0xffffffffL), command.payload());
    }

    @Test
    void receivedBitmapNamesABlock() throws IOException {
        assertEquals(
                new CommandPayload.ReceivedBitmap("pc.ram"),
                payload("08 000a 0007 06 70632e72616d"));
        assertFails(
                MalformedStreamException.class,
                "command payload: 1 bytes too many",
                7,
                "08 000a 0003 01 6d 00");
        assertFails(
                TruncatedStreamException.class,
                "block name: expected 1 bytes, the enclosing data ends after 0",
                5,
                "08 000a 0000");
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "12, 4", "65535, 65535"})
    void unknownCommandsAreRefused(int code, int length) {
        StreamException e =
                assertThrows(
                        MalformedStreamException.class,
                        () -> read(WireBytes.of().u8(8).u16(code).u16(length)));
        assertEquals(
                "command: expected an id from 1 to 11, found " + code + " of " + length + " bytes",
                e.problem());
        assertEquals(0, e.at().offset());
    }

    @Test
    void fixedLengthsAreFixed() {
        assertFails(
                MalformedStreamException.class,
                "command PING: expected 4 bytes, found 0",
                3,
                "08 0002 0000");
        assertFails(
                MalformedStreamException.class,
                "command PACKAGED: expected 4 bytes, found 8",
                3,
                "08 0007 0008 0000000000000000");
    }

    @Test
    void inputMayEndAnywhere() {
        assertFails(
                TruncatedStreamException.class,
                "command length: expected 2 bytes, the input ends after 1",
                3,
                "08 0002 00");
        assertFails(
                TruncatedStreamException.class,
                "command payload: expected 65535 bytes, the input ends after 1",
                5,
                "08 0006 ffff 00");
    }
}
