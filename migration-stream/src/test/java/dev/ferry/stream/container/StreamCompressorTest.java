package dev.ferry.stream.container;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.io.MemorySource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class StreamCompressorTest {

    private static final long SEED = 20_261_122;

    /** How much is packed at a time, or passes through a buffer at a time. */
    private static int piece(Compression compression) {
        return switch (compression) {
            case GZIP -> new GzipPieces().pieceBytes();
            case BZIP2 -> new Bzip2Pieces().pieceBytes();
            case XZ -> new XzPieces().pieceBytes();
            case LZOP -> new LzopBlocks().pieceBytes();
            case ZSTD, NONE -> 256 << 10;
        };
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(SEED).nextBytes(bytes);
        return bytes;
    }

    /** For bzip2's first stage the worst there is: every run of four costs a fifth byte. */
    private static byte[] runsOfFour(int length) {
        byte[] bytes = random(length);
        for (int i = 0; i < length; i++) {
            bytes[i] = bytes[i & ~3];
        }
        return bytes;
    }

    static Stream<Arguments> contents() {
        return Stream.of(Compression.values())
                .flatMap(compression -> {
                    int piece = piece(compression);
                    return Stream.of(
                            Arguments.of(compression, "nothing", new byte[0]),
                            Arguments.of(compression, "one byte", new byte[] {'Q'}),
                            Arguments.of(compression, "less", random(piece - 1)),
                            Arguments.of(compression, "a piece", random(piece)),
                            Arguments.of(compression, "more", random(piece + 1)),
                            Arguments.of(compression, "runs", runsOfFour(piece)),
                            Arguments.of(compression, "zeros", new byte[7 * piece]),
                            Arguments.of(
                                    compression, "pages", SampleStream.bytes(3 * piece + 4711)));
                });
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("contents")
    void toolAndReaderUnpackWhatWasPacked(Compression compression, String what, byte[] content)
            throws IOException {
        byte[] packed = pack(compression, content, 3, content.length);
        if (compression == Compression.NONE) {
            assertArrayEquals(content, packed);
            return;
        }
        try (OpenedInput input = Containers.openChannel(new MemorySource("packed", packed))) {
            assertEquals(compression, input.compression());
            assertArrayEquals(content, Samples.drain(input.stream()));
        }
        Tool.require(compression.label());
        assertArrayEquals(content, Tool.filter(packed, compression.label(), "-dc"));
        assertEquals(0, Tool.filter(packed, compression.label(), "-t").length);
    }

    @ParameterizedTest
    @EnumSource
    void theBytesDependOnNeitherThreadsNorWrites(Compression compression) throws IOException {
        byte[] content = SampleStream.bytes(5 * piece(compression) / 2);
        byte[] packed = pack(compression, content, 1, content.length);
        assertArrayEquals(packed, pack(compression, content, 2, 65_536));
        assertArrayEquals(packed, pack(compression, content, 7, 100_003));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void manyMorePiecesThanFitAtOnceKeepTheirOrder(Compression compression) throws IOException {
        byte[] content = new byte[20 * piece(compression)];
        for (int i = 0; i < content.length; i += 1000) {
            content[i] = (byte) (i / 256_000);
        }
        byte[] packed = pack(compression, content, 3, 1 << 20);
        try (OpenedInput input = Containers.openChannel(new MemorySource("packed", packed))) {
            assertArrayEquals(content, Samples.drain(input.stream()));
        }
    }

    @Test
    void theHeadOfAnLzopFileIsTheToolsOwn() throws IOException {
        Tool.require("lzop");
        byte[] tool = Tool.filter(new byte[] {1}, "lzop", "-c");
        byte[] ours = pack(Compression.LZOP, new byte[] {1}, 1, 1);
        // Mode, time and checksum differ.
        Arrays.fill(tool, 21, 29, (byte) 0);
        System.arraycopy(ours, 34, tool, 34, 4);
        assertArrayEquals(tool, ours);
    }

    @ParameterizedTest
    @EnumSource
    void theTargetStaysOpen(Compression compression) throws IOException {
        Sink sink = new Sink(Integer.MAX_VALUE);
        WritableByteChannel channel = StreamCompressor.open(compression, sink, 2);
        assertTrue(channel.isOpen());
        channel.close();
        channel.close();
        assertFalse(channel.isOpen());
        assertTrue(sink.isOpen());
        assertThrows(
                ClosedChannelException.class, () -> channel.write(ByteBuffer.wrap(new byte[1])));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aFailingTargetIsToldOnceAndNothingMoreIsWritten(Compression compression)
            throws IOException {
        // More than anything keeps to itself: the zstd library holds back some MiB.
        byte[] content = random(Math.max(12 * piece(compression), 16 << 20));
        Sink full = new Sink(2 * piece(compression));
        WritableByteChannel channel = StreamCompressor.open(compression, full, 2);
        IOException e =
                assertThrows(IOException.class, () -> channel.write(ByteBuffer.wrap(content)));
        assertEquals("no space left on device", e.getMessage());
        assertThrows(IOException.class, () -> channel.write(ByteBuffer.wrap(content)));
        int length = full.bytes.size();
        assertDoesNotThrow(channel::close);
        assertEquals(length, full.bytes.size());
        assertNoWorkerIsLeft();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aTargetThatFailsInTheEndIsTold(Compression compression) throws IOException {
        WritableByteChannel channel = StreamCompressor.open(compression, new Sink(5), 2);
        channel.write(ByteBuffer.wrap(random(1000)));
        assertThrows(IOException.class, channel::close);
        assertNoWorkerIsLeft();
    }

    /** Closing waits for their end, but for the last instructions of the threads themselves. */
    private static void assertNoWorkerIsLeft() {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("ferry-pack-")) {
                assertTrue(
                        assertDoesNotThrow(() -> thread.join(Duration.ofSeconds(20))),
                        thread::getName);
            }
        }
    }

    @Test
    void anErrorOfAWorkerIsTheWritersError() throws IOException {
        PieceFormat broken = new Broken();
        try (WritableByteChannel channel =
                new ParallelPieces(broken, 2, new Sink(Integer.MAX_VALUE))) {
            IOException e =
                    assertThrows(
                            IOException.class, () -> channel.write(ByteBuffer.wrap(new byte[100])));
            assertEquals("piece 7 cannot be packed", e.getMessage());
        }
        assertNoWorkerIsLeft();
    }

    /** One byte a piece; sevens are not liked. */
    private static final class Broken implements PieceFormat {

        private int count;

        @Override
        public int pieceBytes() {
            return 1;
        }

        @Override
        public int packedBytes() {
            return 1;
        }

        @Override
        public int packerBytes() {
            return 1;
        }

        @Override
        public boolean direct() {
            return false;
        }

        @Override
        public boolean emptyStreamHasPiece() {
            return false;
        }

        @Override
        public Packer newPacker() {
            return (piece, packed) -> {
                if (nextNumber() == 7) {
                    throw new IOException("piece 7 cannot be packed");
                }
                packed.put(piece);
            };
        }

        private synchronized int nextNumber() {
            return ++count;
        }
    }

    static byte[] pack(Compression compression, byte[] content, int threads, int write)
            throws IOException {
        Sink sink = new Sink(Integer.MAX_VALUE);
        try (WritableByteChannel channel = StreamCompressor.open(compression, sink, threads)) {
            for (int at = 0; at < content.length; at += write) {
                int n = Math.min(write, content.length - at);
                ByteBuffer bytes = ByteBuffer.wrap(content, at, n);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            }
        }
        return sink.bytes.toByteArray();
    }

    /** Takes so many bytes, some at a time. */
    private static final class Sink implements WritableByteChannel {

        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final int room;
        private boolean open = true;

        Sink(int room) {
            this.room = room;
        }

        @Override
        public int write(ByteBuffer src) throws IOException {
            int n = Math.min(Math.min(src.remaining(), 70_001), room - bytes.size());
            if (n == 0 && src.hasRemaining()) {
                throw new IOException("no space left on device");
            }
            byte[] piece = new byte[n];
            src.get(piece);
            bytes.writeBytes(piece);
            return n;
        }

        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        public void close() {
            open = false;
        }
    }
}
