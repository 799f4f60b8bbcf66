package dev.ferry.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ferry.stream.io.WireOutput;
import dev.ferry.stream.item.CommandId;
import dev.ferry.stream.item.ConfigurationSubsection;
import dev.ferry.stream.item.SectionType;
import dev.ferry.stream.postcopy.CommandPayload;
import dev.ferry.stream.testing.WireBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class StreamWriterTest {

    private static final String LONG = "x".repeat(256);

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final WireOutput out = new WireOutput(Channels.newChannel(bytes));
    private final StreamWriter writer = new StreamWriter(out, true);

    private void assertWritten(String hexDigits) throws IOException {
        out.flush();
        assertArrayEquals(WireBytes.hex(hexDigits), bytes.toByteArray());
    }

    private static void assertRefused(String message, Executable write) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, write).getMessage());
    }

    @Test
    void sectionsEndInTheirId() throws IOException {
        writer.begin(SectionType.FULL, 0xfffffffeL, "d", 1, 2);
        writer.out().u8(0xaa);
        writer.end();
        writer.begin(SectionType.PART, 3, "ram", 0, 4);
        writer.end();
        assertWritten("04 fffffffe 0164 00000001 00000002 aa 7e fffffffe  02 00000003 7e 00000003");
    }

    @Test
    void subsectionsOfTheConfiguration() throws IOException {
        writer.configuration(
                "pc",
                List.of(
                        new ConfigurationSubsection.Capabilities(List.of("a")),
                        new ConfigurationSubsection.Uuid(new UUID(1, 2))));
        byte[] expected =
                WireBytes.of()
                        .raw("07 00000002 7063")
                        .u8(5)
                        .str8("configuration/capabilities")
                        .raw("00000001 00000001 0161")
                        .u8(5)
                        .str8("configuration/uuid")
                        .raw("00000001 0000000000000001 0000000000000002")
                        .bytes();
        out.flush();
        assertArrayEquals(expected, bytes.toByteArray());
    }

    @Test
    void packagesTellTheirLength() throws IOException {
        writer.beginPackage();
        writer.command(CommandId.POSTCOPY_LISTEN, new CommandPayload.None());
        writer.beginPackage();
        writer.command(CommandId.PING, new CommandPayload.Ping(7));
        writer.endPackage();
        writer.endPackage();
        assertWritten(
                "08 0007 0004 00000017"
                        + " 08 0004 0000"
                        + " 08 0007 0004 00000009"
                        + " 08 0002 0004 00000007");
    }

    @Test
    void offsetsInAPackageAreThoseOfTheStream() throws IOException {
        writer.header();
        writer.beginPackage();
        assertEquals(8 + 9, writer.out().offset());
        writer.command(CommandId.PING, new CommandPayload.Ping(7));
        assertEquals(8 + 9 + 9, writer.out().offset());
        writer.endPackage();
        assertEquals(8 + 9 + 9, writer.out().offset());
    }

    @Test
    void longPackagesGoThroughAFile() throws IOException {
        byte[] piece = new byte[1_000_003];
        new Random(4).nextBytes(piece);
        int pieces = 40;
        writer.beginPackage();
        for (int i = 0; i < pieces; i++) {
            writer.out().bytes(piece);
            writer.out().u8(i);
        }
        writer.endPackage();
        WireBytes expected = WireBytes.of().raw("08 0007 0004");
        expected.u32((long) pieces * (piece.length + 1));
        for (int i = 0; i < pieces; i++) {
            expected.raw(piece).u8(i);
        }
        out.flush();
        assertArrayEquals(expected.bytes(), bytes.toByteArray());
    }

    @Test
    void whatDoesNotFitIsRefused() throws IOException {
        assertRefused(
                "a section name of 256 bytes: 1 to 255 fit",
                () -> writer.begin(SectionType.FULL, 1, LONG, 0, 1));
        assertRefused(
                "a section name of 0 bytes: 1 to 255 fit",
                () -> writer.begin(SectionType.START, 1, "", 0, 1));
        assertRefused(
                "section id 4294967296 does not fit 32 bits",
                () -> writer.begin(SectionType.PART, 1L << 32, "d", 0, 1));
        assertRefused(
                "instance id -1 does not fit 32 bits",
                () -> writer.begin(SectionType.FULL, 1, "d", -1, 1));
        assertRefused(
                "section version 4294967296 does not fit 32 bits",
                () -> writer.begin(SectionType.FULL, 1, "d", 0, 1L << 32));
        assertRefused(
                "command PACKAGED has a package",
                () -> writer.command(CommandId.PACKAGED, new CommandPayload.Packaged(3)));
        assertWritten("");
        assertRefused(
                "a name of 256 bytes",
                () ->
                        writer.configuration(
                                "pc",
                                List.of(new ConfigurationSubsection.Capabilities(List.of(LONG)))));
    }

    @Test
    void sectionsAndPackagesDoNotOverlap() throws IOException {
        assertThrows(IllegalStateException.class, writer::end);
        writer.begin(SectionType.PART, 1, "d", 0, 1);
        assertThrows(
                IllegalStateException.class, () -> writer.begin(SectionType.PART, 2, "d", 0, 1));
        assertThrows(IllegalStateException.class, writer::beginPackage);
        assertThrows(
                IllegalStateException.class,
                () -> writer.command(CommandId.PING, new CommandPayload.Ping(1)));
    }
}
