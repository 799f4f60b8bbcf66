package dev.ferry.stream.container;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ferry.stream.LimitExceededException;
import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.StreamException;
import dev.ferry.stream.TruncatedStreamException;
import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.Fixtures;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LibvirtSaveImageTest {

    private static final byte[] CONTENT = SampleStream.bytes(20_000);

    static List<Fixture> images() {
        return Fixtures.matching("libvirt-*");
    }

    @ParameterizedTest
    @MethodSource("images")
    void realImagesOpen(Fixture fixture, @TempDir Path directory) throws IOException {
        try (OpenedInput input = Containers.open(fixture.main().unpack(directory))) {
            LibvirtSaveImage image = assertInstanceOf(LibvirtSaveImage.class, input.container());
            assertEquals(Compression.NONE, input.compression());
            assertTrue(image.complete());
            assertEquals(2, image.version());
            assertEquals(ByteOrder.LITTLE_ENDIAN, image.byteOrder());
            assertTrue(
                    fixture.name().startsWith("libvirt-" + image.format().label()),
                    image::toString);
            assertEquals(fixture.name().contains("running"), image.wasRunning());
            assertTrue(image.xml().startsWith("<domain "), image.xml());
            assertTrue(image.xml().stripTrailing().endsWith("</domain>"), image.xml());
            assertTrue(image.cookie().orElseThrow().stripTrailing().endsWith("</cookie>"));
            assertTrue(image.paddingLength() >= 65536);
            assertEquals(92 + image.dataLength(), image.payloadOffset());
            boolean packed = image.format().compression() != Compression.NONE;
            assertEquals(packed ? 0 : image.payloadOffset(), input.stream().fileOrigin());
            assertEquals(!packed, input.stream().seekable());
            byte[] file = fixture.main().readAllBytes();
            assertArrayEquals(
                    Arrays.copyOf(file, (int) image.payloadOffset()),
                    Samples.concat(image.rawHeader(), image.rawData()));
            assertSectionsBeginWhereSeen(fixture, Samples.drain(input.stream()));
        }
    }

    /** The offsets come from the independent reader of the capture. */
    static void assertSectionsBeginWhereSeen(Fixture fixture, byte[] stream) {
        JsonNode sections =
                fixture.metadata()
                        .required("observed_by_independent_reader")
                        .required("setup_and_end_sections");
        assertFalse(sections.isEmpty());
        for (JsonNode section : sections) {
            String name = section.required(0).asText();
            int type =
                    name.startsWith("START")
                            ? 1
                            : name.startsWith("END") ? 3 : name.startsWith("FULL") ? 4 : 7;
            assertEquals(type, stream[section.required(1).asInt()], name);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"xz", "gzip", "bzip2", "zstd", "lzop"})
    void aWrappedImageIsTheSameImage(String tool) throws IOException {
        Tool.require(tool);
        for (Fixture fixture : images()) {
            byte[] file = fixture.main().readAllBytes();
            byte[] wrapped =
                    tool.equals("zstd")
                            ? Tool.filter(file, tool, "-q", "-1", "-c")
                            : Tool.filter(file, tool, "-1", "-c");
            try (OpenedInput inner = Samples.open(file);
                    OpenedInput input = Samples.open(wrapped)) {
                assertEquals(tool, input.compression().label());
                LibvirtSaveImage image =
                        assertInstanceOf(LibvirtSaveImage.class, input.container());
                assertEquals(((LibvirtSaveImage) inner.container()).format(), image.format());
                assertEquals(inner.stream().fileOrigin(), input.stream().fileOrigin());
                assertArrayEquals(
                        Samples.drain(inner.stream()), Samples.drain(input.stream()), tool);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(LibvirtFormat.class)
    void thePayloadIsUnpackedAsTheRealToolDoes(LibvirtFormat format) throws IOException {
        String tool = format.compression().label();
        if (format.compression() == Compression.NONE) {
            return;
        }
        Tool.require(tool);
        for (Fixture fixture : Fixtures.matching("libvirt-" + format.label() + "-*")) {
            byte[] file = fixture.main().readAllBytes();
            try (OpenedInput input = Samples.open(file)) {
                int at = (int) ((LibvirtSaveImage) input.container()).payloadOffset();
                byte[] payload = Arrays.copyOfRange(file, at, file.length);
                assertArrayEquals(Tool.filter(payload, tool, "-dc"), Samples.drain(input.stream()));
            }
        }
    }

    private static byte[] packed(LibvirtFormat format) throws IOException {
        return format.compression() == Compression.NONE
                ? CONTENT
                : CompressedInputTest.quickSample(format.compression());
    }

    @ParameterizedTest
    @EnumSource(LibvirtFormat.class)
    void everyFormatInEitherByteOrderOpens(LibvirtFormat format) throws IOException {
        for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
            byte[] file = new LibvirtBytes(order).format(format.code()).file(packed(format));
            try (OpenedInput input = Samples.open(file)) {
                LibvirtSaveImage image = (LibvirtSaveImage) input.container();
                assertEquals(format, image.format());
                assertEquals(format.code(), image.formatCode());
                assertEquals(order, image.byteOrder());
                assertEquals("<domain/>", image.xml());
                assertEquals("<cookie/>", image.cookie().orElseThrow());
                assertEquals(100, image.paddingLength());
                assertArrayEquals(CONTENT, Samples.drain(input.stream()));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(LibvirtFormat.class)
    void anythingMayFollowAPackedPayload(LibvirtFormat format) throws IOException {
        if (format.compression() == Compression.NONE) {
            return;
        }
        byte[] zeros = Samples.concat(packed(format), new byte[70_000]);
        byte[] garbage = Samples.concat(zeros, new byte[] {1, 2, 3});
        byte[] atOnce = Samples.concat(packed(format), new byte[] {9, 9, 9});
        for (byte[] payload : List.of(zeros, garbage, atOnce)) {
            byte[] file = new LibvirtBytes().format(format.code()).file(payload);
            assertArrayEquals(CONTENT, Samples.stream(file));
        }
    }

    @Test
    void anImageBeingWrittenSaysSo() throws IOException {
        byte[] file = new LibvirtBytes().magic("LibvirtQemudPart").file(CONTENT);
        try (OpenedInput input = Samples.open(file)) {
            assertFalse(((LibvirtSaveImage) input.container()).complete());
            assertArrayEquals(CONTENT, Samples.drain(input.stream()));
        }
    }

    @Test
    void versionOneIsNeverPacked() throws IOException {
        byte[] file = new LibvirtBytes().version(1).format(77).file(CONTENT);
        try (OpenedInput input = Samples.open(file)) {
            assertEquals(LibvirtFormat.RAW, ((LibvirtSaveImage) input.container()).format());
            assertArrayEquals(CONTENT, Samples.drain(input.stream()));
        }
    }

    @Test
    void anImageWithoutCookieHasNone() throws IOException {
        byte[] file = new LibvirtBytes().cookieOffset(0).file(CONTENT);
        try (OpenedInput input = Samples.open(file)) {
            LibvirtSaveImage image = (LibvirtSaveImage) input.container();
            assertTrue(image.cookie().isEmpty());
            assertEquals("<domain/>", image.xml());
            assertEquals(110, image.paddingLength());
        }
    }

    @Test
    void rawPayloadsSeekAndKnowTheirFileOrigin() throws IOException {
        byte[] file = new LibvirtBytes().file(CONTENT);
        try (OpenedInput input = Samples.open(file)) {
            assertTrue(input.stream().seekable());
            assertEquals(file.length - CONTENT.length, input.stream().fileOrigin());
            assertEquals(CONTENT.length, input.stream().size().orElseThrow());
            input.stream().position(12_000);
            assertArrayEquals(
                    Arrays.copyOfRange(CONTENT, 12_000, CONTENT.length),
                    Samples.drain(input.stream()));
        }
        try (OpenedInput input = Samples.openForward(file)) {
            assertFalse(input.stream().seekable());
            assertEquals(file.length - CONTENT.length, input.stream().fileOrigin());
        }
    }

    private static <E extends StreamException> E fails(Class<E> type, byte[] file) {
        return assertThrows(type, () -> Samples.stream(file));
    }

    @Test
    void headersThatCannotBeAreRefused() throws IOException {
        assertEquals(
                "libvirt save image version: found 3, 1 to 2 are known",
                fails(UnsupportedStreamException.class, new LibvirtBytes().version(3).file(CONTENT))
                        .problem());
        assertEquals(
                "libvirt save image format: found 7, 0 (raw) to 6 (sparse) are known",
                fails(UnsupportedStreamException.class, new LibvirtBytes().format(7).file(CONTENT))
                        .problem());
        assertEquals(
                "libvirt save image magic: expected \"LibvirtQemudSave\" or"
                        + " \"LibvirtQemudPart\", found \"LibvirtQemudSAVE\"",
                fails(
                                MalformedStreamException.class,
                                new LibvirtBytes().magic("LibvirtQemudSAVE").file(CONTENT))
                        .problem());
        assertEquals(
                20,
                fails(
                                MalformedStreamException.class,
                                new LibvirtBytes().dataLength(0).file(CONTENT))
                        .at()
                        .offset());
        fails(LimitExceededException.class, new LibvirtBytes().dataLength(-1).file(CONTENT));
        fails(
                TruncatedStreamException.class,
                new LibvirtBytes().dataLength(16 << 20).file(CONTENT));
        fails(MalformedStreamException.class, new LibvirtBytes().cookieOffset(120).file(CONTENT));
        fails(MalformedStreamException.class, new LibvirtBytes().cookieOffset(-1).file(CONTENT));
        assertEquals(
                "libvirt domain XML: expected a NUL within 4 bytes, found none",
                fails(
                                MalformedStreamException.class,
                                new LibvirtBytes().cookieOffset(4).file(CONTENT))
                        .problem());
    }

    @Test
    void aPayloadOfAnotherFormatIsNamed() throws IOException {
        MalformedStreamException e =
                fails(MalformedStreamException.class, new LibvirtBytes().format(1).file(CONTENT));
        assertEquals(
                "libvirt save image payload: expected gzip data, found 51 45 56 4d 00 00",
                e.problem());
        assertEquals(92 + 120, e.at().offset());
        byte[] raw = new LibvirtBytes().file(packed(LibvirtFormat.GZIP));
        assertEquals(
                "stream magic: expected \"QEVM\", found 1f 8b 08 08",
                fails(MalformedStreamException.class, raw).problem());
    }

    @Test
    void damageInAWrappedImageTellsBothLayers() throws IOException {
        byte[] payload = packed(LibvirtFormat.LZOP);
        payload[4000] ^= 1;
        byte[] file = new LibvirtBytes().format(4).file(payload);
        MalformedStreamException e = fails(MalformedStreamException.class, file);
        assertTrue(e.problem().startsWith("lzop block Adler32"), e::problem);
        assertEquals("payload at 0xd4 / lzop data", e.at().breadcrumb());
    }

    @ParameterizedTest
    @EnumSource(LibvirtFormat.class)
    void everyTruncationIsAnErrorOrShort(LibvirtFormat format) throws IOException {
        byte[] file = new LibvirtBytes().format(format.code()).file(packed(format));
        boolean raw = format.compression() == Compression.NONE;
        for (int length = 0; length < file.length; length += length < 400 ? 1 : 7) {
            StreamException e =
                    Damage.readCutShort(
                            Arrays.copyOf(file, length), CONTENT, format + " cut to " + length);
            if (!raw || length < 212 + 4) {
                assertInstanceOf(TruncatedStreamException.class, e, format + " cut to " + length);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(LibvirtFormat.class)
    void damageNeverEscapesAsAnythingElse(LibvirtFormat format) throws IOException {
        byte[] file = new LibvirtBytes().format(format.code()).file(packed(format));
        Damage.sweep(file, 400, 1 << 20, 20_261_123);
    }

    @Test
    void theHeaderCanBeRebuiltFromWhatIsTold() throws IOException {
        byte[] file = new LibvirtBytes().file(CONTENT);
        try (OpenedInput input = Samples.open(file)) {
            LibvirtSaveImage image = (LibvirtSaveImage) input.container();
            assertNotNull(image.rawHeader());
            image.rawHeader()[0] = 0;
            image.rawData()[0] = 0;
            assertEquals('L', image.rawHeader()[0]);
            assertEquals("<domain/>", image.xml());
            assertArrayEquals(file, Samples.concat(image.rawHeader(), image.rawData(), CONTENT));
        }
    }
}
