package dev.ferry.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.io.ByteSource;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.ram.RamImage;
import dev.ferry.stream.testing.CountingSource;
import dev.ferry.stream.testing.ForwardSource;
import dev.ferry.stream.testing.GeneratedSource;
import dev.ferry.stream.testing.Heap;
import dev.ferry.stream.testing.WireBytes;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams that claim much and have little: typed errors, little memory, little work. */
class HostileStreamTest {

    private static final long HEAP = 64 << 20;

    /** Direct memory of one reader: its input's buffer, and what a spool or a decoder adds. */
    private static final long DIRECT = 4 << 20;

    private static long direct() {
        long sum = 0;
        for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            if (pool.getName().equals("direct")) {
                sum += pool.getMemoryUsed();
            }
        }
        return sum;
    }

    /** Reads a stream, with and without seeking, within bounds; it must end in this error. */
    private static void assertRefused(
            Class<? extends StreamException> type, String problem, byte[] bytes) throws Exception {
        for (ByteSource source :
                List.of(new MemorySource("memory", bytes), ForwardSource.of(bytes))) {
            try (RamImage image = new RamImage()) {
                long directBefore = direct();
                StreamException[] found = new StreamException[1];
                long heap =
                        Heap.allocatedBy(() -> {
                            try (MigrationReader reader =
                                    MigrationReader.of(
                                            new WireInput(source),
                                            ReaderOptions.DEFAULT.withPages(image))) {
                                found[0] = assertThrows(type, () -> Recordings.items(reader));
                            }
                        });
                assertEquals(problem, found[0].problem(), source.name());
                assertTrue(heap < HEAP, source.name() + ": allocated " + heap);
                long directly = direct() - directBefore;
                assertTrue(directly < DIRECT, source.name() + ": direct memory " + directly);
            }
        }
    }

    private static void assertRefused(
            Class<? extends StreamException> type, String problem, StreamBytes stream)
            throws Exception {
        assertRefused(type, problem, stream.bytes());
    }

    // --- descriptions ------------------------------------------------------------------------

    @Test
    void descriptionOfFourGigabytes() throws Exception {
        assertRefused(
                LimitExceededException.class,
                "description's length: 4294967295 found, the limit is 16777216",
                StreamBytes.of().eof().raw("06 ffffffff 7b"));
    }

    @Test
    void descriptionThatIsNotThere() throws Exception {
        assertRefused(
                TruncatedStreamException.class,
                "description: expected 16777216 bytes, the input ends after 2",
                StreamBytes.of().eof().raw("06 01000000 7b7d"));
    }

    @Test
    void descriptionOfAMillionNestedArrays() throws Exception {
        for (String nesting : List.of("[", "{\"a\":", "[{\"fields\":", "{\"struct\":")) {
            String json = "{\"devices\": " + nesting.repeat(1_000_000) + "}";
            byte[] bytes = StreamBytes.of().eof().vmdesc(json).bytes();
            try (MigrationReader reader =
                    MigrationReader.of(
                            new WireInput(new MemorySource("m", bytes)), ReaderOptions.DEFAULT)) {
                long heap =
                        Heap.allocatedBy(() ->
                                assertThrows(
                                        MalformedStreamException.class,
                                        () -> Recordings.items(reader)));
                assertTrue(heap < HEAP + 2L * bytes.length, nesting + " allocated " + heap);
            }
        }
    }

    @Test
    void descriptionOfHalfAMillionDevices() throws Exception {
        String device = ",{\"name\":\"a\",\"instance_id\":0}";
        String json =
                "{\"devices\":[{\"name\":\"a\",\"instance_id\":0}" + device.repeat(500_000) + "]}";
        byte[] bytes = StreamBytes.of().eof().vmdesc(json).bytes();
        assertRefused(
                MalformedStreamException.class,
                "device description: more than 65536 devices",
                bytes);
    }

    @Test
    void descriptionNestedAsDeepAsALayoutCanBe() {
        String open =
                "{\"vmsd_name\":\"v\",\"version\":1,\"fields\":[{\"name\":\"f\",\"type\":\"struct\",\"size\":1,\"struct\":";
        byte[] json =
                ("{\"devices\":[{\"name\":\"d\",\"instance_id\":0,\"vmsd_name\":\"d\",\"version\":1,"
                                + "\"fields\":[{\"name\":\"f\",\"type\":\"struct\",\"size\":1,\"struct\":"
                                + open.repeat(100_000))
                        .getBytes(StandardCharsets.US_ASCII);
        byte[] bytes =
                StreamBytes.of()
                        .eof()
                        .raw(WireBytes.of().u8(6).u32(json.length).raw(json).bytes())
                        .bytes();
        StreamException e =
                assertThrows(
                        MalformedStreamException.class,
                        () ->
                                Recordings.items(
                                        MigrationReader.of(
                                                new WireInput(new MemorySource("m", bytes)),
                                                ReaderOptions.DEFAULT)));
        assertTrue(e.problem().startsWith("device description: "), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(chars = {' ', '}'})
    void lookalikesOfDescriptionsCostLittle(char filler) throws Exception {
        WireBytes lookalikes = WireBytes.of();
        for (int i = 0; i < 20_000; i++) {
            lookalikes.raw("00 06 00800000 7b");
        }
        lookalikes.fill(filler, 9 << 20);
        byte[] bytes =
                StreamBytes.of().start(0x04, 5, "timer", 0, 1).raw(lookalikes.bytes()).bytes();
        for (ByteSource source :
                List.of(new MemorySource("memory", bytes), ForwardSource.of(bytes))) {
            long[] read = {0};
            ByteSource counting = new CountingSource(source, n -> read[0] += n);
            try (MigrationReader reader =
                    MigrationReader.of(new WireInput(counting), ReaderOptions.DEFAULT)) {
                long heap = Heap.allocatedBy(() -> Recordings.items(reader));
                assertTrue(heap < 2 * HEAP, source.name() + ": allocated " + heap);
            }
            assertTrue(read[0] < 15L * bytes.length, source.name() + ": read " + read[0]);
        }
    }

    // --- RAM ---------------------------------------------------------------------------------

    private static StreamBytes start() {
        return StreamBytes.of().start(0x01, 2, "ram", 0, 4);
    }

    @Test
    void blockOfTwoToThe63Bytes() throws Exception {
        assertRefused(
                LimitExceededException.class,
                "bytes of RAM: 9223372036854771712 found, the limit is 8796093022208",
                start().raw("7ffffffffffff004 01 6d 7ffffffffffff000 0000000000000010"));
        assertRefused(
                MalformedStreamException.class,
                "block list: total length 0x8000000000000000 is beyond 2^63",
                start().raw("8000000000000004 01 6d 8000000000000000 0000000000000010"));
    }

    @Test
    void hugeBlocksCostNothingUntilTheyAreWritten() throws Exception {
        byte[] bytes =
                StreamBytes.of()
                        .ramStart(8L << 40)
                        .ramPart(
                                WireBytes.of()
                                        .u64(((8L << 40) - 4096) | 8)
                                        .str8("m")
                                        .fill(1, 4096)
                                        .u64(0x28)
                                        .fill(2, 4096))
                        .eof()
                        .bytes();
        try (RamImage image = new RamImage();
                MigrationReader reader =
                        MigrationReader.of(
                                new WireInput(new MemorySource("m", bytes)),
                                ReaderOptions.DEFAULT.withPages(image))) {
            long heap = Heap.allocatedBy(() -> Recordings.items(reader));
            assertTrue(heap < HEAP, "allocated " + heap);
            RamImage.BlockImage block = image.blocks().getFirst();
            assertEquals(0, block.nextTouched(0));
            assertEquals((8L << 28) - 1, block.nextTouched(1));
        }
    }

    @Test
    void pageFarBehindItsBlock() throws Exception {
        assertRefused(
                MalformedStreamException.class,
                "page offset: expected a whole page within the block's 0x10000 bytes, found"
                        + " 0x7ffffffffffff000",
                StreamBytes.of().ramStart(0x10000).raw("02 00000002 7ffffffffffff008 016d"));
    }

    @Test
    void runPastThePage() throws Exception {
        assertRefused(
                MalformedStreamException.class,
                "XBZRLE: run of unchanged bytes reaches 0x3fff, the page has 0x1000 bytes",
                StreamBytes.of()
                        .ramStart(0x10000)
                        .ramPart(
                                WireBytes.of()
                                        .raw("0000000000000002 016d 00")
                                        .raw("000000000000f060 01 0005 ff7f ff7f 00")));
    }

    @Test
    void bombInAPage() throws Exception {
        byte[] bomb = new byte[5000];
        java.util.zip.Deflater deflater = new java.util.zip.Deflater(9);
        deflater.setInput(new byte[4 << 20]);
        deflater.finish();
        int n = deflater.deflate(bomb);
        deflater.end();
        assertRefused(
                MalformedStreamException.class,
                "compressed page: expected a zlib stream of exactly 4096 bytes, found more",
                StreamBytes.of()
                        .ramStart(0x10000)
                        .ramPart(
                                WireBytes.of()
                                        .raw("0000000000000002 016d 00")
                                        .raw("0000000000001120")
                                        .u32(n)
                                        .raw(Arrays.copyOf(bomb, n))));
    }

    // --- packages and other lengths ----------------------------------------------------------

    @Test
    void packageOfFourGigabytesThatIsNotThere() throws Exception {
        assertRefused(
                TruncatedStreamException.class,
                "item after command PING: expected 1 bytes, the input ends after 0",
                StreamBytes.of().raw("08 0007 0004 ffffffff 08 0002 0004 00000001"));
    }

    @Test
    void manyPackagesPileUpNothing() throws Exception {
        byte[] one =
                StreamBytes.bare()
                        .packaged(StreamBytes.bare().command(2, "00000001").bytes())
                        .bytes();
        byte[] head = StreamBytes.of().bytes();
        int packages = 200_000;
        GeneratedSource source = GeneratedSource.of(head, one, packages, new byte[] {0});
        try (MigrationReader reader =
                MigrationReader.of(new WireInput(source), ReaderOptions.DEFAULT)) {
            long items = 0;
            long directBefore = direct();
            for (StreamItem item = reader.next(); item != null; item = reader.next()) {
                items++;
            }
            assertEquals(2 + 2L * packages + 1, items);
            assertTrue(direct() - directBefore < DIRECT, "direct memory " + direct());
        }
    }

    @Test
    void endlessEmptyPartsCostNothing() throws Exception {
        byte[] head = StreamBytes.of().ramStart(0x10000).bytes();
        byte[] part = WireBytes.hex("02 00000002 0000000000000010 7e 00000002");
        int parts = 300_000;
        GeneratedSource source =
                GeneratedSource.of(head, part, parts, StreamBytes.bare().ramEnd().eof().bytes());
        try (MigrationReader reader =
                MigrationReader.of(new WireInput(source), ReaderOptions.DEFAULT)) {
            long heap =
                    Heap.allocatedBy(() -> {
                        long items = 0;
                        while (reader.next() != null) {
                            items++;
                        }
                        assertEquals(3 + parts + 2, items);
                    });
            // An item for each, and no more.
            assertTrue(heap / parts < 1000, "allocated " + heap / parts + " a part");
        }
        assertEquals(source.taken(), head.length + 18L * parts + 18 + 1);
    }

    @Test
    void lengthsOfOtherLiveSections() throws Exception {
        assertRefused(
                TruncatedStreamException.class,
                "bitmap chunk: expected 4611686018427387903 bytes, the input ends after 4",
                StreamBytes.of()
                        .start(0x01, 3, "dirty-bitmap", 0, 1)
                        .raw("40 0000000000000000 00000800 3fffffffffffffff 00000000"));
    }
}
