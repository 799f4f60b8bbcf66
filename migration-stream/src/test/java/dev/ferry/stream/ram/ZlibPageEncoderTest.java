package dev.ferry.stream.ram;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.MigrationReader;
import dev.ferry.stream.ReaderOptions;
import dev.ferry.stream.Recordings;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.junit.FixtureSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ZlibPageEncoderTest {

    @Test
    void boundIsThatOfZlib() {
        assertEquals(4110, ZlibPageEncoder.bound(4096));
        assertTrue(ZlibPageEncoder.bound(65536) <= ZlibPage.bound(65536));
    }

    @Test
    void levelsAreZeroToNine() {
        for (int level : new int[] {-1, 10}) {
            IllegalArgumentException e =
                    assertThrows(
                            IllegalArgumentException.class, () -> new ZlibPageEncoder(4096, level));
            assertEquals("compression level " + level + ": 0 to 9 exist", e.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 6, 9})
    void pagesAreReadBack(int level) throws MalformedPageException {
        for (int size : new int[] {256, 4096, 65536}) {
            ByteBuffer to = ByteBuffer.allocateDirect(ZlibPageEncoder.bound(size));
            try (ZlibPageEncoder encoder = new ZlibPageEncoder(size, level);
                    ZlibPage zlib = new ZlibPage()) {
                for (long seed = 0; seed < 50; seed++) {
                    Random random = new Random(seed);
                    byte[] page = new byte[size];
                    for (int i = 0; i < size; i++) {
                        page[i] = (byte) random.nextInt(1 << (seed % 9));
                    }
                    ByteBuffer from = ByteBuffer.allocateDirect(size + 9).put(9, page);
                    int length = encoder.deflate(from, 9, to);
                    assertTrue(length > 0, "seed " + seed);
                    byte[] back = new byte[size];
                    zlib.inflate(to, 0, length, back);
                    assertArrayEquals(page, back, "seed " + seed);
                }
            }
        }
    }

    /** Packs each page again that a stream has packed. */
    private static final class Packed implements PageSink, AutoCloseable {
        private final ZlibPage zlib = new ZlibPage();
        private final ZlibPageEncoder encoder;
        private final ByteBuffer to = ByteBuffer.allocate(ZlibPageEncoder.bound(4096));
        private int pages;

        Packed(int level) {
            encoder = new ZlibPageEncoder(4096, level);
        }

        @Override
        public void blocks(List<RamBlock> blocks, int pageSize) {}

        @Override
        public void pages(PageRun run) throws MalformedPageException {
            if (run.encoding() != PageRun.Encoding.ZLIB) {
                return;
            }
            byte[] page = new byte[4096];
            zlib.inflate(run.data(), run.dataIndex(), run.encodedLength(), page);
            int length = encoder.deflate(ByteBuffer.wrap(page), 0, to);
            byte[] back = new byte[4096];
            zlib.inflate(to, 0, length, back);
            assertArrayEquals(page, back);
            pages++;
        }

        @Override
        public void close() {
            zlib.close();
            encoder.close();
        }
    }

    @ParameterizedTest
    @FixtureSource(name = "compress-*")
    void capturedPagesPackedAgainAreTheSamePages(Fixture fixture) throws IOException {
        int level = fixture.metadata().at("/parameters/compress-level").asInt();
        try (Packed packed = new Packed(level);
                MigrationReader reader =
                        Recordings.open(fixture, ReaderOptions.DEFAULT.withPages(packed))) {
            Recordings.items(reader);
            assertTrue(packed.pages > 100, packed.pages + " pages");
        }
    }
}
