package dev.ferry.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.container.Containers;
import dev.ferry.stream.container.OpenOptions;
import dev.ferry.stream.io.ByteSource;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.io.WireOutput;
import dev.ferry.stream.ram.MappedRamBitmap;
import dev.ferry.stream.ram.MappedRamHeader;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.testing.ForwardSource;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.junit.FixtureSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;

/**
 * Mapped-ram files are written again as they were, but for one thing: the place of a page that
 * became zero after it had been written still has the old content in QEMU's file.
 */
class MappedRamRecoderTest {

    @TempDir private Path directory = Path.of("");

    /** Bytes of a stream that starts at {@code origin} in its file. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Stream(byte[] bytes, long origin) {

        static Stream of(Fixture fixture) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            ByteSource source =
                    Containers.open(
                            fixture.main().uncompressedName(),
                            fixture.main().open(),
                            OpenOptions.DEFAULT)
                            .stream();
            long origin = source.fileOrigin();
            try (WireInput in = new WireInput(source);
                    WireOutput out = new WireOutput(Channels.newChannel(bytes))) {
                in.copyRest(out);
            }
            return new Stream(bytes.toByteArray(), origin);
        }

        WireInput seekable() {
            return new WireInput(new AtOrigin(new MemorySource("m", bytes), origin));
        }

        WireInput forward() {
            return new WireInput(new AtOrigin(ForwardSource.inPieces(bytes, 65521), origin));
        }
    }

    /** Clears what is left behind by pages that became zero, and remembers where it was. */
    private static final class Stale implements StreamListener {
        private final byte[] bytes;
        private final long origin;
        private final List<String> places = new ArrayList<>();

        Stale(Stream stream) {
            this.bytes = stream.bytes().clone();
            this.origin = stream.origin();
        }

        @Override
        public void mappedBlock(
                int channel, long at, long total, RamBlock block, MappedRamBitmap bitmap) {
            MappedRamHeader header = Objects.requireNonNull(block.mapped());
            int size = (int) header.pageSize();
            for (long page = bitmap.nextClear(0);
                    page < bitmap.pages();
                    page = bitmap.nextClear(page + 1)) {
                int from = (int) (header.pagesOffset() - origin + page * size);
                if (Arrays.mismatch(bytes, from, from + size, new byte[size], 0, size) >= 0) {
                    places.add(block.id() + " page " + page);
                    Arrays.fill(bytes, from, from + size, (byte) 0);
                }
            }
        }
    }

    @ParameterizedTest
    @FixtureSource(name = {"mapped-ram-*", "libvirt-sparse-*"})
    void allButWhatLiesUnderZeroPagesIsWhatItWas(Fixture fixture) throws IOException {
        Stream stream = Stream.of(fixture);
        Stale stale = new Stale(stream);
        try (MigrationReader reader =
                MigrationReader.of(stream.seekable(), ReaderOptions.DEFAULT.withListener(stale))) {
            Recordings.items(reader);
        }
        assertTrue(
                stale.places.isEmpty() || fixture.name().startsWith("mapped-ram-dirty-"),
                () -> "not zero: " + stale.places);
        assertArrayEquals(stale.bytes, piped(stream.seekable()), "to a pipe");
        assertArrayEquals(stale.bytes, piped(stream.forward()), "from a pipe to a pipe");
        Path file = directory.resolve("mapped");
        try (FileChannel channel =
                        FileChannel.open(
                                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                WireOutput out = new WireOutput(channel)) {
            recode(stream.seekable(), out);
        }
        assertArrayEquals(stale.bytes, Files.readAllBytes(file), "to a file");
    }

    private static byte[] piped(WireInput in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (WireOutput out = new WireOutput(Channels.newChannel(bytes))) {
            recode(in, out);
        }
        return bytes.toByteArray();
    }

    private static void recode(WireInput in, WireOutput out) throws IOException {
        try (StreamRecoder recoder = new StreamRecoder(in, out, ReaderOptions.DEFAULT)) {
            assertEquals(List.of(), recoder.run());
        }
    }
}
