package dev.ferry.stream.postcopy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ferry.stream.LimitExceededException;
import dev.ferry.stream.Limits;
import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.StreamException;
import dev.ferry.stream.TruncatedStreamException;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.testing.ForwardSource;
import dev.ferry.stream.testing.SomeLimits;
import dev.ferry.stream.testing.WireBytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReturnPathReaderTest {

    private static List<ReturnPathMessage> read(WireBytes bytes) throws IOException {
        return read(
                new WireInput(new MemorySource("rev", bytes.bytes())),
                SomeLimits.sizes(10, 1 << 20));
    }

    private static List<ReturnPathMessage> read(WireInput in, Limits limits) throws IOException {
        ReturnPathReader reader = new ReturnPathReader(in, limits);
        List<ReturnPathMessage> messages = new ArrayList<>();
        for (ReturnPathMessage m = reader.next(); m != null; m = reader.next()) {
            messages.add(m);
        }
        assertNull(reader.next());
        return messages;
    }

    private static void assertFails(
            Class<? extends StreamException> type, String problem, long at, String hexDigits) {
        StreamException e = assertThrows(type, () -> read(WireBytes.of().raw(hexDigits)));
        assertEquals(problem, e.problem());
        assertEquals(at, e.at().offset(), "offset");
    }

    @Test
    void allMessages() throws IOException {
        byte[] bytes =
                WireBytes.of()
                        .raw("0007 0000")
                        .raw("0002 0004 00000001")
                        .raw("0003 0013 0000000000002000 00001000 06 70632e72616d")
                        .raw("0004 000c 0000000000005000 00200000")
                        .raw("0005 0002 01 6d  0000000000000008 ff00000000000001 0123456789abcdef")
                        .raw("0006 0004 00000001")
                        .raw("0001 0004 ffffffff")
                        .bytes();
        List<ReturnPathMessage> expected =
                List.of(
                        new ReturnPathMessage.SwitchoverAck(0),
                        new ReturnPathMessage.Pong(4, 1),
                        new ReturnPathMessage.RequestPages(12, 0x2000, 0x1000, "pc.ram", true),
                        new ReturnPathMessage.RequestPages(35, 0x5000, 0x200000, "pc.ram", false),
                        new ReturnPathMessage.ReceivedBitmap(51, "m", 8, 9),
                        new ReturnPathMessage.ResumeAck(81, 1),
                        new ReturnPathMessage.Shut(89, 0xffffffffL));
        assertEquals(expected, read(WireBytes.of().raw(bytes)));
        assertEquals(
                expected, read(new WireInput(ForwardSource.inPieces(bytes, 1)), Limits.DEFAULT));
    }

    @Test
    void nothingIsNoMessage() throws IOException {
        assertEquals(List.of(), read(WireBytes.of()));
    }

    @Test
    void longBitmapsArePassedInPieces() throws IOException {
        WireBytes bytes = WireBytes.of().raw("0005 0002 01 6d").u64(1 << 20);
        bytes.fill(0x11, 1 << 20).raw("0123456789abcdef");
        assertEquals(
                List.of(new ReturnPathMessage.ReceivedBitmap(0, "m", 1 << 20, 2 << 20)),
                read(bytes));
    }

    @ParameterizedTest
    @CsvSource({
        "0001 0003 000000, SHUT: expected 4 bytes^ the enclosing data ends after 3, 4",
        "0002 0000, PONG: expected 4 bytes^ the enclosing data ends after 0, 4",
        "0006 0002 0001, RESUME_ACK: expected 4 bytes^ the enclosing data ends after 2, 4",
    })
    void shortMessagesAreRefused(String message, String problem, long at) {
        assertFails(TruncatedStreamException.class, problem.replace('^', ','), at, message);
    }

    @ParameterizedTest
    @CsvSource({
        "0001 0005 0000000000, type 1 has 4 bytes^ found 5",
        "0002 0008 0000000000000000, type 2 has 4 bytes^ found 8",
        "0007 0001 00, type 7 has 0 bytes^ found 1",
        "0003 0010 0000000000002000 00001000 01 6d 0000, type 3 has 14 bytes^ found 16",
    })
    void longMessagesAreRefused(String message, String problem) {
        assertFails(
                MalformedStreamException.class,
                "message length: " + problem.replace('^', ','),
                2,
                message);
    }

    @Test
    void noMessageIsLongerThan512Bytes() {
        assertFails(
                MalformedStreamException.class,
                "message length: expected at most 512, found 513",
                2,
                "0005 0201");
    }

    @Test
    void typesMustBeKnown() {
        assertFails(
                MalformedStreamException.class,
                "return path message: expected a type from 1 to 7, found 0 of 4 bytes",
                0,
                "0000 0004 00000000");
        assertFails(
                MalformedStreamException.class,
                "return path message: expected a type from 1 to 7, found 65535 of 0 bytes",
                0,
                "ffff 0000");
    }

    @Test
    void firstRequestMustNameItsBlock() {
        assertFails(
                MalformedStreamException.class,
                "requested pages: no block was named before",
                0,
                "0004 000c 0000000000005000 00200000");
    }

    @Test
    void recordingMayBeCutShort() {
        assertFails(
                TruncatedStreamException.class,
                "message length: expected 2 bytes, the input ends after 1",
                2,
                "0002 00");
        assertFails(
                TruncatedStreamException.class,
                "PONG: expected 4 bytes, the input ends after 1",
                4,
                "0002 0004 00");
    }

    @Test
    void bitmapNeedsItsEndMark() {
        assertFails(
                MalformedStreamException.class,
                "received bitmap's end mark: expected 0x123456789abcdef, found 0x123456789abcdee",
                15,
                "0005 0002 01 6d 0000000000000001 00 0123456789abcdee");
    }

    @Test
    void bitmapHasALimit() {
        assertFails(
                LimitExceededException.class,
                "received bitmap's size: 1048577 found, the limit is 1048576",
                6,
                "0005 0002 01 6d 0000000000100001");
        assertFails(
                LimitExceededException.class,
                "received bitmap's size: 18446744073709551615 found, the limit is 1048576",
                6,
                "0005 0002 01 6d ffffffffffffffff");
    }
}
