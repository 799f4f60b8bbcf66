package dev.ferry.stream.ram;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.Limits;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.io.WireOutput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EncodingPageSinkTest {

    private static final int PAGE = 4096;
    private static final int PAGES = 64;
    private static final List<RamBlock> BLOCKS =
            List.of(block(0, "a", PAGES), block(1, "b", PAGES / 2));

    private static RamBlock block(int index, String id, int pages) {
        return new RamBlock(index, id, (long) pages * PAGE, 0, OptionalLong.empty(), null);
    }

    /** A guest whose memory changes between rounds, and what a receiver makes of what is sent. */
    private static final class Guest {
        private final Random random;
        private final byte[][] memory = {new byte[PAGES * PAGE], new byte[PAGES / 2 * PAGE]};
        private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
        private final WireOutput out = new WireOutput(Channels.newChannel(sent));
        private final RamSectionWriter records = new RamSectionWriter(out, PAGE);

        Guest(long seed) throws IOException {
            random = new Random(seed);
            records.blockList(BLOCKS, RamFeatures.NONE);
        }

        void dirty() {
            for (byte[] block : memory) {
                for (int i = 0; i < 20; i++) {
                    int page = random.nextInt(block.length / PAGE) * PAGE;
                    int most = 1 << random.nextInt(13);
                    int how = random.nextInt(8);
                    for (int k = 0; k < most; k++) {
                        int at = page + (how < 4 ? k : random.nextInt(PAGE));
                        block[at] = (byte) (how == 0 ? 0 : random.nextInt());
                    }
                }
            }
        }

        /** Sends every page, as a source would that knows nothing of dirty ones. */
        void round(EncodingPageSink sink) throws IOException {
            for (RamBlock block : BLOCKS) {
                ByteBuffer bytes = ByteBuffer.wrap(memory[block.index()]);
                for (int at = 0; at < bytes.capacity(); at += PAGE) {
                    sink.page(block, at, bytes, at);
                }
            }
            records.eos();
        }

        /** Reads what was sent; anything that a receiver would not have fails. */
        RamStatistics receive(String why) throws IOException {
            out.flush();
            try (RamImage image = new RamImage()) {
                RamState ram = new RamState(image);
                ram.pageSize(PAGE);
                RamSectionReader reader = new RamSectionReader(ram, Limits.DEFAULT, 0);
                try (WireInput in = new WireInput(new MemorySource("s", sent.toByteArray()))) {
                    while (!in.atEnd()) {
                        reader.readBody(in, RamFeatures.NONE, RamSync.NONE);
                    }
                }
                for (RamImage.BlockImage block : image.blocks()) {
                    assertArrayEquals(
                            memory[block.block().index()],
                            block.memory().toArray(ValueLayout.JAVA_BYTE),
                            why + ", " + block.block());
                }
                return ram.statistics();
            }
        }
    }

    @Test
    void deltasKeepTheReceiverInStep() throws IOException {
        // From a cache that holds everything to one that holds next to nothing.
        for (int slots : new int[] {256, 32, 1}) {
            for (long seed = 0; seed < 30; seed++) {
                Guest guest = new Guest(seed);
                XbzrleStatistics counts = new XbzrleStatistics();
                try (XbzrleCache cache = new XbzrleCache((long) slots * PAGE, PAGE);
                        EncodingPageSink sink =
                                EncodingPageSink.xbzrle(guest.records, PAGE, cache, counts)) {
                    sink.blocks(BLOCKS, PAGE);
                    for (int round = 0; round < 5; round++) {
                        guest.dirty();
                        guest.round(sink);
                        sink.nextRound();
                    }
                    guest.dirty();
                    sink.lastRound();
                    guest.round(sink);
                }
                String why = slots + " slots, seed " + seed;
                RamStatistics received = guest.receive(why);
                assertEquals(counts.deltas(), received.pages(PageKind.XBZRLE), why);
                if (slots == 256) {
                    assertTrue(counts.deltas() > 20 && counts.overflows() > 0, why);
                    assertTrue(counts.hits() > counts.deltas() + counts.overflows(), why);
                } else {
                    assertTrue(counts.misses() > 100, why);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 9})
    void compressedPagesArrive(int level) throws IOException {
        Guest guest = new Guest(level);
        guest.dirty();
        try (EncodingPageSink sink = EncodingPageSink.zlib(guest.records, PAGE, level)) {
            sink.blocks(BLOCKS, PAGE);
            guest.round(sink);
        }
        RamStatistics received = guest.receive("level " + level);
        assertTrue(received.pages(PageKind.COMPRESSED) > 20);
        assertTrue(received.pages(PageKind.PLAIN) <= 2, "the first page of each block at most");
    }

    @Test
    void plainPagesArriveAndZerosAreFound() throws IOException {
        Guest guest = new Guest(5);
        guest.dirty();
        try (EncodingPageSink sink = EncodingPageSink.plain(guest.records, PAGE)) {
            sink.blocks(BLOCKS, PAGE);
            guest.round(sink);
        }
        RamStatistics received = guest.receive("plain");
        assertTrue(received.pages(PageKind.ZERO) > 20);
        assertEquals(
                PAGES + PAGES / 2, received.pages(PageKind.ZERO) + received.pages(PageKind.PLAIN));
    }

    @Test
    void zerosAreSentInFullIfAsked() throws IOException {
        Guest guest = new Guest(5);
        try (EncodingPageSink sink =
                EncodingPageSink.plain(guest.records, PAGE).detectZeros(false)) {
            sink.blocks(BLOCKS, PAGE);
            guest.round(sink);
        }
        assertEquals(PAGES + PAGES / 2, guest.receive("plain").pages(PageKind.PLAIN));
    }

    @Test
    void runsWithoutContentsAreRefused() throws IOException {
        try (EncodingPageSink sink =
                EncodingPageSink.plain(
                        new RamSectionWriter(
                                new WireOutput(Channels.newChannel(new ByteArrayOutputStream())),
                                PAGE),
                        PAGE)) {
            sink.blocks(BLOCKS, PAGE);
            PageRun run = new PageRun();
            run.beginAbsent(BLOCKS.getFirst(), 0, PageKind.PLAIN, 0);
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> sink.pages(run));
            assertEquals("a run of pages that are ABSENT: contents are needed", e.getMessage());
        }
    }
}
