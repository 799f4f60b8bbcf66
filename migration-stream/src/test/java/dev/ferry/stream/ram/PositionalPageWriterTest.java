package dev.ferry.stream.ram;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.UnsupportedStreamException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PositionalPageWriterTest {

    private static final int PAGES = 1000;

    /** Apart from each other, the second one first. */
    private static final PositionalPageWriter.Placement PLACES =
            (block, offset, length, places) ->
                    places.at(offset, length, block.index() == 0 ? 0x100_0000 + offset : offset);

    @TempDir private Path directory;

    private Path path() {
        return directory.resolve("memory");
    }

    private FileChannel create() throws IOException {
        return FileChannel.open(
                path(),
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE,
                StandardOpenOption.SPARSE);
    }

    private static RamState ram(PageSink sink, int pageSize) {
        RamState ram = new RamState(sink);
        ram.pageSize(pageSize);
        long length = (long) PAGES * pageSize;
        ram.blocks(
                List.of(
                        new RamBlock(0, "a", length, 0, OptionalLong.empty(), null),
                        new RamBlock(1, "b", length, 0, OptionalLong.empty(), null)));
        return ram;
    }

    private interface Pages {
        void to(PageRunBatch batch, RamState ram) throws IOException, MalformedPageException;
    }

    private void write(int pageSize, PositionalPageWriter.Placement placement, Pages pages)
            throws Exception {
        try (FileChannel file = create();
                PositionalPageWriter writer = new PositionalPageWriter(file, placement)) {
            RamState ram = ram(writer, pageSize);
            PageRunBatch batch = new PageRunBatch(ram, 0);
            pages.to(batch, ram);
            batch.flush();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {256, 4096, 16384})
    void pagesInAnyOrderComeToTheirPlaces(int pageSize) throws Exception {
        long seed = pageSize;
        Random random = new Random(seed);
        byte[] a = new byte[PAGES * pageSize];
        byte[] b = new byte[PAGES * pageSize];
        random.nextBytes(a);
        random.nextBytes(b);
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < 2 * PAGES; i++) {
            order.add(i);
        }
        Collections.shuffle(order, random);
        write(
                pageSize,
                PLACES,
                (batch, ram) -> {
                    for (int page : order) {
                        byte[] from = page < PAGES ? a : b;
                        int offset = page % PAGES * pageSize;
                        batch.raw(
                                ram.blocks().get(page / PAGES),
                                offset,
                                1,
                                PageKind.PLAIN,
                                ByteBuffer.wrap(from),
                                offset,
                                pageSize,
                                0);
                    }
                });
        byte[] file = Files.readAllBytes(path());
        assertArrayEquals(b, Arrays.copyOf(file, b.length), "seed " + seed);
        assertArrayEquals(a, Arrays.copyOfRange(file, 0x100_0000, file.length), "seed " + seed);
    }

    @Test
    void runsWithRecordHeadersBetweenPagesAreGathered() throws Exception {
        byte[] records = new byte[PAGES * 4104];
        new Random(1).nextBytes(records);
        write(
                4096,
                PLACES,
                (batch, ram) ->
                        batch.raw(
                                ram.blocks().get(1),
                                0,
                                PAGES,
                                PageKind.PLAIN,
                                ByteBuffer.wrap(records),
                                8,
                                4104,
                                0));
        byte[] file = Files.readAllBytes(path());
        for (int page = 0; page < PAGES; page++) {
            assertArrayEquals(
                    Arrays.copyOfRange(records, page * 4104 + 8, (page + 1) * 4104),
                    Arrays.copyOfRange(file, page * 4096, (page + 1) * 4096));
        }
    }

    @Test
    void partsOfARunGoToSeveralPlacesOrNone() throws Exception {
        byte[] bytes = new byte[4 * 4096];
        new Random(2).nextBytes(bytes);
        write(
                4096,
                (block, offset, length, places) -> {
                    places.at(4096 + 100, 5000, 7);
                    places.at(4096 + 100, 5000, 0x8000);
                },
                (batch, ram) ->
                        batch.raw(
                                ram.blocks().getFirst(),
                                4096,
                                3,
                                PageKind.PLAIN,
                                ByteBuffer.wrap(bytes),
                                4096,
                                4096,
                                0));
        byte[] file = Files.readAllBytes(path());
        byte[] part = Arrays.copyOfRange(bytes, 4196, 9196);
        assertArrayEquals(part, Arrays.copyOfRange(file, 7, 5007));
        assertArrayEquals(part, Arrays.copyOfRange(file, 0x8000, file.length));
    }

    @Test
    void zerosBecomeHolesAndOtherFillBytesDoNot() throws Exception {
        byte[] bytes = new byte[64 << 12];
        bytes[bytes.length - 1] = 1;
        write(
                4096,
                PLACES,
                (batch, ram) -> {
                    RamBlock block = ram.blocks().get(1);
                    batch.raw(block, 0, 64, PageKind.PLAIN, ByteBuffer.wrap(bytes), 0, 4096, 0);
                    batch.fill(block, 64 << 12, 100, PageKind.ZERO, 0, 0);
                    batch.fill(block, 164 << 12, 1, PageKind.ZERO, 0xee, 0);
                });
        byte[] file = Files.readAllBytes(path());
        assertEquals(165 << 12, file.length);
        assertEquals(1, file[(64 << 12) - 1]);
        byte[] filled = new byte[4096];
        Arrays.fill(filled, (byte) 0xee);
        assertArrayEquals(filled, Arrays.copyOfRange(file, 164 << 12, file.length));
        assertTrue(allocated() <= 16 * 4096, () -> "the file takes " + allocated() + " bytes");
    }

    private long allocated() {
        try {
            Process du = new ProcessBuilder("du", "-B1", path().toString()).start();
            String answer = new String(du.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return Long.parseLong(answer, 0, answer.indexOf('\t'), 10);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void encryptedPagesAreRefusedWithWhatIsNeeded() {
        UnsupportedStreamException e =
                assertThrows(
                        UnsupportedStreamException.class,
                        () ->
                                write(
                                        4096,
                                        PLACES,
                                        (batch, ram) ->
                                                batch.absent(
                                                        ram.blocks().getFirst(),
                                                        0x3000,
                                                        PageKind.ENCRYPTED,
                                                        1,
                                                        0x77)));
        assertEquals(
                "page is encrypted: it can be written only with the guest's key"
                        + " (channel 0 at 0x77, in block 'a' / page 0x3000)",
                e.getMessage());
    }

    @Test
    void failureToWriteIsTold() throws Exception {
        FileChannel file = create();
        PositionalPageWriter writer = new PositionalPageWriter(file, PLACES);
        RamState ram = ram(writer, 4096);
        file.close();
        PageRunBatch batch = new PageRunBatch(ram, 0);
        batch.fill(ram.blocks().getFirst(), 0, 1, PageKind.ZERO, 1, 0);
        batch.flush();
        assertThrows(ClosedChannelException.class, writer::close);
        writer.close();
    }
}
