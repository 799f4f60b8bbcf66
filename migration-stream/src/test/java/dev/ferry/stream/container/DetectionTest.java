package dev.ferry.stream.container;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.StreamException;
import dev.ferry.stream.TruncatedStreamException;
import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.Fixtures;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DetectionTest {

    private static final byte[] CONTENT = SampleStream.bytes(20_000);

    @TempDir private Path directory = Path.of("");

    private Path file(byte[] bytes) throws IOException {
        return Files.write(directory.resolve("input"), bytes);
    }

    @Test
    void aPlainFileSeeks() throws IOException {
        try (OpenedInput input = Containers.open(file(CONTENT))) {
            assertEquals(Compression.NONE, input.compression());
            assertEquals(new PlainStream(0), input.container());
            assertTrue(input.stream().seekable());
            assertArrayEquals(CONTENT, Samples.drain(input.stream()));
        }
    }

    @Test
    void aPipeIsReadForward() throws IOException {
        try (OpenedInput input = Samples.openForward(CONTENT)) {
            assertFalse(input.stream().seekable());
            assertArrayEquals(CONTENT, Samples.drain(input.stream()));
        }
    }

    @Test
    void aNamedPipeIsReadForward() throws Exception {
        Tool.require("mkfifo");
        Path pipe = directory.resolve("pipe");
        Tool.filter(new byte[0], "mkfifo", pipe.toString());
        Thread writer = Thread.ofVirtual().start(() -> write(pipe));
        try (OpenedInput input = Containers.open(pipe)) {
            assertArrayEquals(CONTENT, Samples.drain(input.stream()));
        }
        writer.join();
    }

    private static void write(Path pipe) {
        try {
            Files.write(pipe, CONTENT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aStreamAtAnOffsetIsFound() throws IOException {
        Fixture fixture = Fixtures.named("mapped-ram-offset-q10");
        byte[] whole = fixture.main().readAllBytes();
        for (boolean pipe : new boolean[] {false, true}) {
            try (OpenedInput input =
                    pipe ? Samples.openForward(whole) : Containers.open(file(whole))) {
                assertEquals(new PlainStream(0x1000), input.container());
                assertEquals(0x1000, input.stream().fileOrigin());
                assertArrayEquals(
                        Arrays.copyOfRange(whole, 0x1000, whole.length),
                        Samples.drain(input.stream()));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 7, 8, 65_529, 65_535, 65_536, 65_537, 16 << 20})
    void anyBytesMayPrecedeNearTheBeginning(int offset) throws IOException {
        byte[] lead = new byte[offset];
        Damage.random(offset).nextBytes(lead);
        lead[0] = 1;
        byte[] file = Samples.concat(lead, CONTENT);
        for (boolean pipe : new boolean[] {false, true}) {
            try (OpenedInput input = pipe ? Samples.openForward(file) : Samples.open(file)) {
                assertEquals(new PlainStream(offset), input.container());
                assertEquals(offset, input.stream().fileOrigin());
                assertArrayEquals(CONTENT, Samples.drain(input.stream()));
            }
        }
    }

    @Test
    void otherBytesMayNotGoOnForLong() throws IOException {
        byte[] lead = new byte[(16 << 20) + 1];
        lead[0] = 1;
        MalformedStreamException e =
                assertThrows(
                        MalformedStreamException.class,
                        () -> Samples.open(Samples.concat(lead, CONTENT)));
        assertTrue(
                e.problem()
                        .startsWith(
                                "expected a migration stream (\"QEVM\"), a libvirt save image or a"
                                        + " qcow2 image, found 01 00 00"),
                e::problem);
    }

    @Test
    void aLongHoleMayPrecede() throws IOException {
        long hole = 500L << 20;
        Path sparse = directory.resolve("sparse");
        try (FileChannel channel =
                FileChannel.open(sparse, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(CONTENT), hole);
        }
        try (OpenedInput input = Containers.open(sparse)) {
            assertEquals(new PlainStream(hole), input.container());
            assertArrayEquals(CONTENT, Samples.drain(input.stream()));
        }
    }

    @Test
    void zerosWithoutEndAreGivenUp() {
        InputStream zeros =
                new InputStream() {
                    @Override
                    public int read() {
                        return 0;
                    }

                    @Override
                    public int read(byte[] bytes, int offset, int length) {
                        Arrays.fill(bytes, offset, offset + length, (byte) 0);
                        return length;
                    }
                };
        assertThrows(
                MalformedStreamException.class,
                () -> Containers.open("zeros", zeros, OpenOptions.DEFAULT));
    }

    @ParameterizedTest
    @CsvSource({
        "7f454c46020101, an ELF file",
        "1122334400000001, a further multifd channel",
        "4b44554d50202020, a kdump-compressed core",
        "6d616b6564756d7066696c65, a flattened kdump-compressed core",
        "454d694c01000000, a LiME memory image",
        "5041474544553634, a Windows crash dump",
        "0422 4d18 64, LZ4 data",
        "504b0304, a ZIP archive",
        "4c554b53babe, a LUKS-encrypted volume",
        "3c646f6d61696e, XML text"
    })
    void otherFormatsAreNamed(String hex, String name) {
        byte[] start = HexFormat.of().parseHex(hex.replace(" ", ""));
        UnsupportedStreamException e =
                assertThrows(
                        UnsupportedStreamException.class,
                        () -> Samples.open(Samples.concat(start, CONTENT)));
        assertTrue(e.problem().contains(", found " + name), e::problem);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Q", "QEV", "Libvirt", "QFI"})
    void inputsThatEndInTheirMagicAreTruncated(String start) {
        TruncatedStreamException e =
                assertThrows(
                        TruncatedStreamException.class,
                        () -> Samples.open(start.getBytes(StandardCharsets.US_ASCII)));
        assertEquals(
                "migration stream: the input ends after " + start.length() + " bytes", e.problem());
    }

    @Test
    void unknownContentIsNotAStream() {
        for (int length : new int[] {1, 7, 8, 100, 70_000}) {
            byte[] noise = new byte[length];
            Damage.random(length).nextBytes(noise);
            noise[0] = 2;
            assertThrows(MalformedStreamException.class, () -> Samples.open(noise));
        }
    }

    @Test
    void aDirectoryIsNoInput() {
        IOException e = assertThrows(IOException.class, () -> Containers.open(directory));
        assertFalse(e instanceof StreamException);
    }

    @Test
    void failuresOfTheMediumComeThroughAsTheyAre() throws IOException {
        byte[] packed = CompressedInputTest.sample(Compression.ZSTD);
        IOException broken = new IOException("the cable is loose");
        InputStream fails =
                new InputStream() {
                    @Override
                    public int read() throws IOException {
                        throw broken;
                    }

                    @Override
                    public int read(byte[] bytes, int offset, int length) throws IOException {
                        throw broken;
                    }
                };
        InputStream in =
                new SequenceInputStream(
                        new ByteArrayInputStream(packed, 0, packed.length / 2), fails);
        IOException e =
                assertThrows(
                        IOException.class,
                        () -> {
                            try (OpenedInput input =
                                    Containers.open("cable", in, OpenOptions.DEFAULT)) {
                                Samples.drain(input.stream());
                            }
                        });
        assertEquals(broken.getMessage(), e.getMessage());
    }

    @Test
    void aFailedOpenClosesTheMedium() {
        boolean[] closed = new boolean[1];
        InputStream in =
                new ByteArrayInputStream(new byte[] {1, 2, 3}) {
                    @Override
                    public void close() {
                        closed[0] = true;
                    }
                };
        assertThrows(StreamException.class, () -> Containers.open("in", in, OpenOptions.DEFAULT));
        assertTrue(closed[0]);
    }
}
