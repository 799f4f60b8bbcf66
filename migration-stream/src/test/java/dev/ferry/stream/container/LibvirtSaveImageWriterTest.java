package dev.ferry.stream.container;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.Fixtures;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class LibvirtSaveImageWriterTest {

    private static final byte[] CONTENT = SampleStream.bytes(20_000);

    @TempDir Path directory;

    static List<Fixture> images() {
        return Fixtures.matching("libvirt-*");
    }

    private FileChannel file(Path path) throws IOException {
        return FileChannel.open(
                path,
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING);
    }

    private static void write(WritableByteChannel channel, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    /** The image with {@code stream} in it. */
    private byte[] written(LibvirtSaveImage image, byte[] stream) throws IOException {
        Path path = directory.resolve("image.save");
        try (FileChannel file = file(path);
                LibvirtSaveImageWriter writer = LibvirtSaveImageWriter.begin(file, image)) {
            write(writer.stream(), stream);
            writer.finish();
        }
        return Files.readAllBytes(path);
    }

    private static byte[] read(byte[] file, LibvirtSaveImage[] image) throws IOException {
        try (OpenedInput input = Samples.open(file)) {
            image[0] = assertInstanceOf(LibvirtSaveImage.class, input.container());
            return Samples.drain(input.stream());
        }
    }

    private static LibvirtSaveImage head(byte[] file) throws IOException {
        LibvirtSaveImage[] image = new LibvirtSaveImage[1];
        read(file, image);
        return image[0];
    }

    @ParameterizedTest
    @MethodSource("images")
    void realImagesAreWrittenAsTheyWereRead(Fixture fixture) throws IOException {
        byte[] file = fixture.main().readAllBytes();
        LibvirtSaveImage[] image = new LibvirtSaveImage[1];
        byte[] stream = read(file, image);
        byte[] again = written(image[0], stream);
        int payload = (int) image[0].payloadOffset();
        assertArrayEquals(Arrays.copyOf(file, payload), Arrays.copyOf(again, payload));
        if (image[0].format().compression() == Compression.NONE) {
            assertArrayEquals(file, again);
        } else {
            assertArrayEquals(stream, read(again, image));
        }
    }

    @ParameterizedTest
    @MethodSource("images")
    void realPayloadsAreCopiedUnpacked(Fixture fixture) throws IOException {
        byte[] file = fixture.main().readAllBytes();
        LibvirtSaveImage image = head(file);
        Path path = directory.resolve("copy.save");
        try (FileChannel out = file(path);
                LibvirtSaveImageWriter writer = LibvirtSaveImageWriter.begin(out, image)) {
            int payload = (int) writer.streamOrigin();
            write(writer.payload(), Arrays.copyOfRange(file, payload, file.length));
            writer.finish();
        }
        assertArrayEquals(file, Files.readAllBytes(path));
    }

    @ParameterizedTest
    @MethodSource("images")
    void realHeadersAreMadeAnewFromWhatTheySay(Fixture fixture) throws IOException {
        byte[] file = fixture.main().readAllBytes();
        LibvirtSaveImage image = head(file);
        LibvirtSaveImage made =
                LibvirtSaveImage.create(
                        image.xml(),
                        image.cookie().orElseThrow(),
                        image.wasRunning(),
                        image.format());
        assertArrayEquals(image.rawHeader(), made.rawHeader());
        assertArrayEquals(image.rawData(), made.rawData());
        LibvirtSaveImage same = image.withXml(image.xml()).withFormat(image.format());
        assertArrayEquals(image.rawHeader(), same.rawHeader());
        assertArrayEquals(image.rawData(), same.rawData());
    }

    @ParameterizedTest
    @EnumSource
    void aRealStreamGoesIntoEveryFormat(LibvirtFormat format) throws IOException {
        byte[] file = Fixtures.named("libvirt-raw-q7").main().readAllBytes();
        LibvirtSaveImage[] image = new LibvirtSaveImage[1];
        byte[] stream = read(file, image);
        LibvirtSaveImage raw = image[0];
        byte[] again = written(raw.withFormat(format).withWasRunning(true), stream);
        assertArrayEquals(stream, read(again, image));
        assertEquals(format, image[0].format());
        assertTrue(image[0].complete());
        assertTrue(image[0].wasRunning());
        assertEquals(raw.xml(), image[0].xml());
        assertEquals(raw.cookie(), image[0].cookie());
    }

    @ParameterizedTest
    @EnumSource
    void thePayloadIsUnpackedByTheRealTool(LibvirtFormat format) throws IOException {
        byte[] again = written(LibvirtSaveImage.create("<domain/>", null, true, format), CONTENT);
        byte[] payload = Arrays.copyOfRange(again, 92 + 10 + (64 << 10), again.length);
        if (format.compression() == Compression.NONE) {
            assertArrayEquals(CONTENT, payload);
            return;
        }
        String tool = format.compression().label();
        Tool.require(tool);
        assertArrayEquals(CONTENT, Tool.filter(payload, tool, "-dc"));
    }

    @Test
    void aNewHeaderIsSpelledOut() {
        LibvirtSaveImage image =
                LibvirtSaveImage.create("<ä/>", "<cookie/>", true, LibvirtFormat.SPARSE);
        byte[] header = image.rawHeader();
        assertEquals("LibvirtQemudSave", new String(header, 0, 16, StandardCharsets.US_ASCII));
        ByteBuffer fields = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(2, fields.getInt(16));
        assertEquals(6 + 10 + 65_536, fields.getInt(20));
        assertEquals(1, fields.getInt(24));
        assertEquals(6, fields.getInt(28));
        assertEquals(6, fields.getInt(32));
        assertArrayEquals(new byte[56], Arrays.copyOfRange(header, 36, 92));
        assertEquals(65_536, image.paddingLength());
        byte[] texts = Arrays.copyOf(image.rawData(), 16);
        assertArrayEquals("<ä/>\0<cookie/>\0".getBytes(StandardCharsets.UTF_8), texts);
        assertEquals(92 + 16 + 65_536, image.payloadOffset());
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "<cookie/>"})
    void anXmlMayTakeAllThePadding(String cookie) throws IOException {
        LibvirtSaveImage image =
                LibvirtSaveImage.create("<domain/>", cookie, false, LibvirtFormat.RAW);
        assertEquals(9 + 65_536, image.xmlRoom());
        LibvirtSaveImage full = image.withXml("x".repeat(image.xmlRoom()));
        assertEquals(0, full.paddingLength());
        assertEquals(image.dataLength(), full.dataLength());
        LibvirtSaveImage read = head(written(full, CONTENT));
        assertEquals(full.xml(), read.xml());
        assertEquals(Optional.ofNullable(cookie), read.cookie());
        LibvirtSaveImage back = read.withXml("<domain/>");
        assertArrayEquals(image.rawHeader(), back.rawHeader());
        assertArrayEquals(image.rawData(), back.rawData());
        UnsupportedStreamException e =
                assertThrows(
                        UnsupportedStreamException.class,
                        () -> read.withXml("x".repeat(read.xmlRoom() + 1)));
        assertEquals("new domain XML: 65546 bytes, the image has room for 65545", e.problem());
    }

    @Test
    void theByteOrderOfAnImageIsKept() throws IOException {
        byte[] file = new LibvirtBytes(ByteOrder.BIG_ENDIAN).file(CONTENT);
        LibvirtSaveImage image = head(file);
        assertArrayEquals(file, written(image, CONTENT));
        byte[] changed = written(image.withXml("<a/>").withFormat(LibvirtFormat.GZIP), CONTENT);
        LibvirtSaveImage read = head(changed);
        assertEquals(ByteOrder.BIG_ENDIAN, read.byteOrder());
        assertEquals(LibvirtFormat.GZIP, read.format());
        assertEquals("<a/>", read.xml());
        assertEquals("<cookie/>", read.cookie().orElseThrow());
        assertEquals(120, read.dataLength());
    }

    @Test
    void versionOneHasNoFormatUntilItGetsOne() throws IOException {
        byte[] file = new LibvirtBytes().version(1).format(77).file(CONTENT);
        LibvirtSaveImage image = head(file);
        assertArrayEquals(file, written(image, CONTENT));
        LibvirtSaveImage packed = head(written(image.withFormat(LibvirtFormat.XZ), CONTENT));
        assertEquals(2, packed.version());
        assertEquals(LibvirtFormat.XZ, packed.format());
    }

    @Test
    void anImageIsIncompleteUntilItIsFinished() throws IOException {
        Path path = directory.resolve("part.save");
        LibvirtSaveImage image =
                LibvirtSaveImage.create("<domain/>", null, false, LibvirtFormat.RAW);
        try (FileChannel file = file(path)) {
            try (LibvirtSaveImageWriter writer = LibvirtSaveImageWriter.begin(file, image)) {
                write(writer.stream(), CONTENT);
                assertFalse(head(Files.readAllBytes(path)).complete());
            }
            assertTrue(file.isOpen());
        }
        assertFalse(head(Files.readAllBytes(path)).complete());
        assertTrue(head(written(head(Files.readAllBytes(path)), CONTENT)).complete());
    }

    @Test
    void aSparseStreamIsWrittenIntoTheFileItself() throws IOException {
        LibvirtSaveImage image =
                LibvirtSaveImage.create("<domain/>", null, false, LibvirtFormat.SPARSE);
        Path path = directory.resolve("sparse.save");
        try (FileChannel file = file(path);
                LibvirtSaveImageWriter writer = LibvirtSaveImageWriter.begin(file, image)) {
            long origin = writer.streamOrigin();
            file.write(ByteBuffer.wrap(CONTENT), origin);
            file.write(ByteBuffer.wrap(new byte[] {7}), origin + (1 << 20));
            writer.finish();
        }
        try (OpenedInput input = Containers.open(path)) {
            assertTrue(((LibvirtSaveImage) input.container()).complete());
            assertEquals(92 + 10 + 65_536, input.stream().fileOrigin());
            byte[] stream = Samples.drain(input.stream());
            assertEquals((1 << 20) + 1, stream.length);
            assertArrayEquals(CONTENT, Arrays.copyOf(stream, CONTENT.length));
        }
    }

    @Test
    void aPipeGetsACompleteImageAtOnce() throws IOException {
        ByteArrayOutputStream pipe = new ByteArrayOutputStream();
        LibvirtSaveImage image =
                LibvirtSaveImage.create("<domain/>", null, false, LibvirtFormat.LZOP);
        try (LibvirtSaveImageWriter writer =
                LibvirtSaveImageWriter.beginForward(Channels.newChannel(pipe), image)) {
            write(writer.stream(), CONTENT);
            writer.finish();
        }
        LibvirtSaveImage[] read = new LibvirtSaveImage[1];
        assertArrayEquals(CONTENT, read(pipe.toByteArray(), read));
        assertTrue(read[0].complete());
    }

    @Test
    void textsWithANulAreRefused() {
        assertThrows(
                IllegalArgumentException.class,
                () -> LibvirtSaveImage.create("<a\0/>", null, false, LibvirtFormat.RAW));
        LibvirtSaveImage image = LibvirtSaveImage.create("<a/>", null, false, LibvirtFormat.RAW);
        assertThrows(IllegalArgumentException.class, () -> image.withXml("\0"));
    }
}
