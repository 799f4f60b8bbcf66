package dev.ferry.stream.postcopy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ferry.stream.io.WireOutput;
import dev.ferry.stream.testing.WireBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import org.junit.jupiter.api.Test;

class ReturnPathWriterTest {

    private static final String LONG = "x".repeat(256);

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final WireOutput out = new WireOutput(Channels.newChannel(bytes));
    private final ReturnPathWriter writer = new ReturnPathWriter(out);

    private void assertWritten(String hexDigits) throws IOException {
        out.flush();
        assertArrayEquals(WireBytes.hex(hexDigits), bytes.toByteArray());
    }

    private void assertRefused(String message, ReturnPathMessage written) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> writer.message(written));
        assertEquals(message, e.getMessage());
    }

    @Test
    void messagesOfEveryKind() throws IOException {
        writer.message(new ReturnPathMessage.SwitchoverAck(0));
        writer.message(new ReturnPathMessage.Pong(0, 1));
        writer.message(new ReturnPathMessage.ResumeAck(0, 1));
        writer.message(new ReturnPathMessage.Shut(0, 0xffffffffL));
        assertWritten("0007 0000  0002 0004 00000001  0006 0004 00000001  0001 0004 ffffffff");
    }

    @Test
    void requestsNameTheirBlockWhenItChanges() throws IOException {
        writer.requestPages("a", 0x1000, 0x1000);
        writer.requestPages("a", 0x2000, 0x1000);
        writer.requestPages("b", 0, 0x200000);
        assertWritten(
                "0003 000e 0000000000001000 00001000 0161"
                        + " 0004 000c 0000000000002000 00001000"
                        + " 0003 000e 0000000000000000 00200000 0162");
    }

    @Test
    void bitmapsComeInPiecesAndEndInAMark() throws IOException {
        writer.message(new ReturnPathMessage.ReceivedBitmap(0, "a", 3, 0));
        assertThrows(
                IllegalStateException.class,
                () -> writer.message(new ReturnPathMessage.Pong(0, 1)));
        writer.bitmap(ByteBuffer.wrap(new byte[] {1, 2}));
        assertThrows(
                IllegalArgumentException.class,
                () -> writer.bitmap(ByteBuffer.wrap(new byte[] {3, 4})));
        writer.bitmap(ByteBuffer.wrap(new byte[] {9, 3, 4}, 1, 1));
        assertWritten("0005 0002 0161 0000000000000003 010203 0123456789abcdef");
    }

    @Test
    void emptyBitmapsEndAtOnce() throws IOException {
        writer.message(new ReturnPathMessage.ReceivedBitmap(0, "", 0, 0));
        assertWritten("0005 0001 00 0000000000000000 0123456789abcdef");
    }

    @Test
    void whatDoesNotFitIsRefused() throws IOException {
        assertRefused("value -1 does not fit 32 bits", new ReturnPathMessage.Shut(0, -1));
        assertRefused(
                "value 4294967296 does not fit 32 bits", new ReturnPathMessage.Pong(0, 1L << 32));
        assertRefused(
                "request for 4294967296 bytes",
                new ReturnPathMessage.RequestPages(0, 0, 1L << 32, "a", true));
        assertRefused(
                "block name of 256 bytes: at most 255 fit",
                new ReturnPathMessage.RequestPages(0, 0, 1, LONG, true));
        assertRefused(
                "block name of 256 bytes: at most 255 fit",
                new ReturnPathMessage.ReceivedBitmap(0, LONG, 0, 0));
        assertThrows(
                IllegalStateException.class,
                () -> writer.message(new ReturnPathMessage.RequestPages(0, 0, 1, "a", false)));
        assertWritten("");
    }
}
