package dev.ferry.stream.ram;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ferry.stream.Limits;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.testing.WireBytes;
import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams that do not tell their page size. What follows a section is its footer. */
class PageSizeEvidenceTest {

    private static final String EOS_AND_FOOTER = "0000000000000010 7e 00000002";

    static int[] sizes() {
        return new int[] {256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536};
    }

    private static RamBlock block(int index, String id, long length) {
        return new RamBlock(index, id, length, 0, OptionalLong.empty(), null);
    }

    /** Reads a section with a fresh state and tells the page size it settled on. */
    private static int infer(WireBytes body, RamBlock... blocks) throws IOException {
        return infer(body, new byte[0], blocks);
    }

    private static int infer(WireBytes body, byte[] behind, RamBlock... blocks) throws IOException {
        RamState ram = new RamState(PageSink.NONE);
        ram.blocks(List.of(blocks));
        byte[] section = WireBytes.of().raw(body.bytes()).raw(EOS_AND_FOOTER).bytes();
        byte[] bytes = WireBytes.of().raw(section).raw(behind).bytes();
        WireInput in = new WireInput(new MemorySource("test", bytes));
        new RamSectionReader(ram, Limits.DEFAULT, 0).readBody(in, RamFeatures.NONE, RamSync.NONE);
        assertEquals(section.length - 5, in.offset(), "read to the footer");
        return ram.pageSize();
    }

    /** Text, code and counters, as memory has; never all zero. */
    private static byte[] content(int size, Random random) {
        byte[] page = new byte[size];
        switch (random.nextInt(4)) {
            case 0 -> random.nextBytes(page);
            case 1 -> page[random.nextInt(size)] = 1;
            case 2 -> {
                for (int i = 0; i < size; i += 8) {
                    page[i + 7] = (byte) (i / 8);
                    page[i + 6] = (byte) (i >> 11);
                    page[i] = 1;
                }
            }
            default -> java.util.Arrays.fill(page, (byte) 'x');
        }
        return page;
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void plainPagesInOrder(int size) throws IOException {
        for (long seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            WireBytes body = WireBytes.of().u64(8).str8("m").raw(content(size, random));
            for (int i = 1; i < 6; i++) {
                body.u64((long) i * size | 0x28).raw(content(size, random));
            }
            assertEquals(size, infer(body, block(0, "m", 65536 * 8L)), "seed " + seed);
        }
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void zeroPagesInOrder(int size) throws IOException {
        WireBytes body = WireBytes.of().u64(2).str8("m").u8(0);
        for (int i = 1; i < 6; i++) {
            body.u64((long) i * size | 0x22).u8(0);
        }
        assertEquals(size, infer(body, block(0, "m", 65536 * 8L)));
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void mixedPagesOfTwoBlocks(int size) throws IOException {
        for (long seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            WireBytes body = WireBytes.of();
            for (String name : List.of("one", "two")) {
                body.u64(2).str8(name).u8(0);
                for (int i = 1; i < 8; i++) {
                    if (random.nextBoolean()) {
                        body.u64((long) i * size | 0x28).raw(content(size, random));
                    } else {
                        body.u64((long) i * size | 0x22).u8(0);
                    }
                }
            }
            assertEquals(
                    size,
                    infer(body, block(0, "one", 65536 * 8L), block(1, "two", 65536 * 8L)),
                    "seed " + seed);
        }
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void onePlainPageOnly(int size) throws IOException {
        for (long seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            WireBytes body = WireBytes.of().u64(8).str8("m").raw(content(size, random));
            assertEquals(size, infer(body, block(0, "m", 65536 * 8L)), "seed " + seed);
            for (int more : new int[] {10_000, 300_000}) {
                byte[] devices = new byte[more];
                random.nextBytes(devices);
                assertEquals(size, infer(body, devices, block(0, "m", 65536 * 8L)), "seed " + seed);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void scatteredPlainPages(int size) throws IOException {
        for (long seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            WireBytes body = WireBytes.of().u64(3L * size | 8).str8("m").raw(content(size, random));
            for (int page : new int[] {1, 6, 4, 0}) {
                body.u64((long) page * size | 0x28).raw(content(size, random));
            }
            assertEquals(size, infer(body, block(0, "m", 65536 * 8L)), "seed " + seed);
        }
    }

    /** One zero page says nothing: 4 KiB is what nearly every target has. */
    @ParameterizedTest
    @ValueSource(ints = {0, 4096, 65536})
    void oneZeroPageOnlyIsTakenForFourKiB(int offset) throws IOException {
        assertEquals(
                4096,
                infer(WireBytes.of().u64(offset | 2).str8("m").u8(0), block(0, "m", 1 << 20)));
    }

    @ParameterizedTest
    @ValueSource(ints = {256, 1024, 4096})
    void blockLengthsMustBeWholePages(int size) throws IOException {
        assertEquals(
                size,
                infer(WireBytes.of().u64(2).str8("m").u8(0), block(0, "m", 4096L * 3 + size)));
    }

    /** Every page of the real size holds, at a smaller size's distance, a record that fits. */
    @ParameterizedTest
    @MethodSource("sizes")
    void contentThatLooksLikeRecordsLosesAgainstPagesInOrder(int size) throws IOException {
        WireBytes body = WireBytes.of().u64(8).str8("m");
        for (int i = 0; i < 20; i++) {
            byte[] page = new byte[size];
            for (int at = 248; at + 8 <= size; at += 264) {
                page[at + 6] = 0x10;
                page[at + 7] = 0x22;
            }
            page[0] = 1;
            body.raw(page);
            if (i < 19) {
                body.u64((i + 1L) * size | 0x28);
            }
        }
        assertEquals(size, infer(body, block(0, "m", 65536 * 32L)));
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void pagesAfterAFlushRecord(int size) throws IOException {
        WireBytes body = WireBytes.of().u64(0x200).u64(8).str8("m").fill(7, size);
        body.u64(size | 0x28).fill(8, size);
        assertEquals(size, infer(body, block(0, "m", 65536 * 8L)));
    }
}
