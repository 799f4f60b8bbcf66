package dev.ferry.stream.ram;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ferry.stream.Limits;
import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.StreamException;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.io.WireOutput;
import dev.ferry.stream.spi.RamExtension;
import dev.ferry.stream.spi.RamRecord;
import dev.ferry.stream.testing.RecordingSink;
import dev.ferry.stream.testing.WireBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Records of flag 0x200 that something else than QEMU defined. */
class RamExtensionTest {

    private static final String EOS = "0000000000000010";

    /** Records of a byte each: the page is full of it; 0xff takes the next record along. */
    private static final class Painted implements RamExtension {
        final List<String> seen = new ArrayList<>();

        @Override
        public int pageSize() {
            return 4096;
        }

        @Override
        public boolean claims(long word, int next) {
            return word != 0x200 || next > 0;
        }

        @Override
        public void read(RamRecord record) throws IOException, MalformedPageException {
            record.requirePage();
            seen.add(
                    record.block().id()
                            + " 0x"
                            + Long.toHexString(record.offset())
                            + " @0x"
                            + Long.toHexString(record.at())
                            + (record.postcopy() ? " postcopy" : ""));
            int color = record.input().u8("color");
            if (color == 0xff) {
                long at = record.input().offset();
                record.next(at, record.input().u64("RAM record"));
                read(record);
            } else if (color == 0) {
                record.unread(record.offset(), 1, record.at());
            } else {
                ByteBuffer page = ByteBuffer.allocate(4096);
                while (page.hasRemaining()) {
                    page.put((byte) color);
                }
                record.pages(record.offset(), 1, page, 0, record.at());
            }
        }
    }

    private final RecordingSink sink = new RecordingSink();
    private final Painted painted = new Painted();
    private final RamState ram = new RamState(sink, RamListener.NONE, painted);
    private final RamSectionReader reader = new RamSectionReader(ram, Limits.DEFAULT, 0);

    private RamExtensionTest() {
        ram.blocks(List.of(block(0, "a", 0x10000), block(1, "b", 0x3000)));
    }

    private static RamBlock block(int index, String id, long length) {
        return new RamBlock(index, id, length, 0, OptionalLong.empty(), null);
    }

    private List<String> read(WireBytes body) throws IOException {
        WireInput in = new WireInput(new MemorySource("test", body.bytes()));
        reader.readBody(in, RamFeatures.NONE, RamSync.NONE);
        List<String> lines = new ArrayList<>(sink.lines());
        lines.removeIf(line -> line.startsWith("blocks"));
        return lines;
    }

    @Test
    void recordsAreReadInPlaceAmongQemusOwn() throws IOException {
        List<String> lines =
                read(
                        WireBytes.of()
                                .raw("0000000000001002 01 61 00")
                                .raw("0000000000002220 05")
                                .raw("0000000000000200 01 62 06")
                                .raw("0000000000001022 00")
                                .raw("0000000000002220 00")
                                .raw(EOS));
        assertEquals(List.of("a 0x2000 @0xb", "b 0x0 @0x14", "b 0x2000 @0x28"), painted.seen);
        assertEquals(5, lines.size());
        assertEquals(
                List.of("ZERO", "ENCRYPTED", "ENCRYPTED", "ZERO", "ENCRYPTED"),
                lines.stream().map(line -> line.substring(0, line.indexOf(' '))).toList());
        assertEquals(3, ram.statistics().pages(PageKind.ENCRYPTED));
    }

    @Test
    void postcopysRecordsAreMarked() throws IOException {
        WireBytes page = WireBytes.of().raw("0000000000001200 01 61 05");
        reader.readBare(new WireInput(new MemorySource("preempt", page.bytes())));
        ram.postcopyBegins();
        read(WireBytes.of().raw("0000000000001200 01 61 05").raw(EOS));
        assertEquals(List.of("a 0x1000 @0x0 postcopy", "a 0x1000 @0x0 postcopy"), painted.seen);
    }

    @Test
    void theFirstRecordSettlesThePageSize() throws IOException {
        assertEquals(0, ram.pageSize());
        read(WireBytes.of().raw("0000000000000200 01 61 06").raw(EOS));
        assertEquals(4096, ram.pageSize());
    }

    @Test
    void whatItDoesNotClaimIsAFlush() throws IOException {
        assertEquals(List.of(), read(WireBytes.of().raw("0000000000000200").raw(EOS)));
        assertEquals(List.of(), painted.seen);
    }

    @Test
    void manyRecordsMayBeTakenAtOnce() throws IOException {
        read(
                WireBytes.of()
                        .raw("0000000000000200 01 61 ff")
                        .raw("0000000000001220 ff")
                        .raw("0000000000002220 07")
                        .raw(EOS));
        assertEquals(List.of("a 0x0 @0x0", "a 0x1000 @0xb", "a 0x2000 @0x14"), painted.seen);
        assertEquals(2, ram.statistics().continued());
    }

    @Test
    void aPageBehindTheBlockIsRefusedWithItsPlace() {
        StreamException e =
                assertThrows(
                        MalformedStreamException.class,
                        () -> read(WireBytes.of().raw("0000000000003200 01 62 05").raw(EOS)));
        assertEquals(
                "page offset: expected a whole page within the block's 0x3000 bytes, found 0x3000",
                e.problem());
        assertEquals(0, e.at().offset());
        assertEquals("block 'b' / page 0x3000", e.at().breadcrumb());
    }

    @Test
    void otherPagesThanTheExtensionsAreRefused() {
        ram.pageSize(8192);
        StreamException e =
                assertThrows(
                        MalformedStreamException.class,
                        () -> read(WireBytes.of().raw("0000000000000200 01 62 05").raw(EOS)));
        assertEquals(
                "RAM record: encrypted pages have 4096 bytes, this stream's 8192", e.problem());
    }

    @Test
    void recordsAreWrittenWithTheNameOnlyWhereTheBlockChanges() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (WireOutput out = new WireOutput(Channels.newChannel(bytes))) {
            RamSectionWriter writer = new RamSectionWriter(out, 4096);
            writer.record(ram.blocks().getFirst(), 0x1000, 0x200, 1).put((byte) 5);
            writer.record(ram.blocks().getFirst(), 0x2000, 0x200, 1).put((byte) 6);
            writer.record(ram.blocks().getLast(), 0, 0x200, 1).put((byte) 7);
        }
        assertArrayEquals(
                WireBytes.of()
                        .raw("0000000000001200 01 61 05")
                        .raw("0000000000002220 06")
                        .raw("0000000000000200 01 62 07")
                        .bytes(),
                bytes.toByteArray());
    }
}
