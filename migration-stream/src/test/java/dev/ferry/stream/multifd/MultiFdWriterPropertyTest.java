package dev.ferry.stream.multifd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.multifd.MultiFdChannels.Marker;
import dev.ferry.stream.ram.RamImage;
import dev.ferry.stream.ram.RamState;
import dev.ferry.stream.ram.ZeroDetection;
import dev.ferry.stream.testing.MemoryChannel;
import dev.ferry.stream.testing.RamStates;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Any pages and syncs, in any order, are read back as they were. */
class MultiFdWriterPropertyTest {

    private static final int CASES = 60;

    private static final String[] BLOCKS = {"a", "b"};
    private static final int[] PAGE_SIZES = {4096, 4096, 1024, 65536};

    /** One random case. */
    private static final class Case {
        private final SplittableRandom random;
        private final int pageSize;
        private final MultiFdOptions options;
        private final int channels;
        private final byte[][] memory;
        private int syncs;

        Case(long seed, MultiFdCompression method) {
            random = new SplittableRandom(seed);
            pageSize = PAGE_SIZES[random.nextInt(PAGE_SIZES.length)];
            channels = random.nextInt(1, 6);
            MultiFdDialect dialect =
                    random.nextBoolean() ? MultiFdDialect.QEMU_7_2 : MultiFdDialect.QEMU_10_0;
            ZeroPageDetection[] detections = ZeroPageDetection.values();
            ZeroPageDetection zeroPages =
                    detections[random.nextInt(dialect.listsZeroPages() ? 3 : 2)];
            options = new MultiFdOptions(MultiFdHandshake.NO_UUID, dialect, zeroPages, method, 1);
            memory = new byte[][] {new byte[1 << 20], new byte[4 * pageSize]};
        }

        @Override
        public String toString() {
            return options + ", " + channels + " channels, pages of " + pageSize;
        }

        List<byte[]> write() throws IOException {
            List<MemoryChannel> outputs = new ArrayList<>();
            for (int i = 0; i < channels; i++) {
                outputs.add(new MemoryChannel());
            }
            try (MultiFdWriter writer =
                    new MultiFdWriter(outputs, pageSize, options, (block, offset) -> {})) {
                PageFeeder feeder =
                        new PageFeeder(
                                random.nextBoolean() ? writer : new ZeroDetection(writer),
                                pageSize);
                int steps = random.nextInt(60);
                for (int i = 0; i < steps; i++) {
                    step(writer, feeder);
                }
                writer.sync();
                syncs++;
                writer.finish();
            }
            return outputs.stream().map(MemoryChannel::bytes).toList();
        }

        /** A sync, or a run of pages that were not written before; each page comes once. */
        private void step(MultiFdWriter writer, PageFeeder feeder) throws IOException {
            if (random.nextInt(6) == 0) {
                writer.sync();
                syncs++;
                return;
            }
            int which = random.nextInt(8) == 0 ? 1 : 0;
            int pages = memory[which].length / pageSize;
            int first = random.nextInt(pages);
            int count = Math.min(random.nextInt(1, 40), pages - first);
            for (int i = 0; i < count; i++) {
                if (written(which, first + i)) {
                    count = i;
                }
            }
            if (count == 0) {
                return;
            }
            long offset = (long) first * pageSize;
            if (random.nextInt(4) == 0) {
                int value = random.nextBoolean() ? 0 : random.nextInt(256);
                fill(which, first, count, value);
                feeder.fill(BLOCKS[which], offset, count, value);
                return;
            }
            int gap = random.nextInt(3) * 8;
            byte[] lent = new byte[count * (pageSize + gap) + gap];
            for (int i = 0; i < count; i++) {
                byte[] page = page();
                mark(which, first + i);
                System.arraycopy(page, 0, memory[which], (first + i) * pageSize, pageSize);
                System.arraycopy(page, 0, lent, gap + i * (pageSize + gap), pageSize);
            }
            feeder.content(BLOCKS[which], offset, gap, count, lent);
        }

        private final boolean[][] marks = new boolean[2][1 << 20];

        private boolean written(int which, int page) {
            return marks[which][page];
        }

        private void mark(int which, int page) {
            marks[which][page] = true;
        }

        private void fill(int which, int first, int count, int value) {
            for (int i = first; i < first + count; i++) {
                mark(which, i);
            }
            Arrays.fill(memory[which], first * pageSize, (first + count) * pageSize, (byte) value);
        }

        private byte[] page() {
            byte[] page = new byte[pageSize];
            switch (random.nextInt(4)) {
                case 0 -> {}
                case 1 -> page[random.nextInt(pageSize)] = 1;
                case 2 -> Arrays.fill(page, (byte) random.nextInt());
                default -> random.nextBytes(page);
            }
            return page;
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"NONE", "ZLIB", "ZSTD"})
    void whatIsWrittenIsReadBack(MultiFdCompression method) throws IOException {
        for (long seed = 0; seed < CASES; seed++) {
            Case random = new Case(seed, method);
            List<byte[]> written = random.write();
            String what = "seed " + seed + ": " + random;
            try (RamImage image = new RamImage();
                    MultiFdChannels channels = new MultiFdChannels()) {
                RamState ram = RamStates.of(image, random.pageSize);
                ram.announce();
                for (int i = 0; i < written.size(); i++) {
                    channels.add(
                            new MultiFdChannel(
                                    new WireInput(new MemorySource("fd" + i, written.get(i))),
                                    i,
                                    ram));
                }
                for (int i = 0; i < random.syncs; i++) {
                    channels.onFlush();
                }
                assertEquals(Marker.FLUSH_RECORD, channels.marker(), what);
                for (MultiFdChannel channel : channels.channels()) {
                    assertFalse(channel.readToSync(), what + ": a SYNC too many");
                }
                for (int i = 0; i < BLOCKS.length; i++) {
                    MemorySegment found = image.blocks().get(i).memory();
                    long at = found.mismatch(MemorySegment.ofArray(random.memory[i]));
                    assertEquals(-1, at, what + ": block " + BLOCKS[i]);
                }
                assertEquals(
                        random.memory[1].length,
                        image.blocks().get(1).memory().toArray(ValueLayout.JAVA_BYTE).length);
            }
        }
    }
}
