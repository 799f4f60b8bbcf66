package dev.ferry.sev.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A hang would be a failure. */
@Timeout(120)
class PacketPoolTest {

    private static final int PAGES = 300;

    private final PacketBatch batch = new PacketBatch(PAGES);

    @ParameterizedTest
    @CsvSource({"1, 300", "2, 299", "4, 300", "7, 17", "4, 16", "4, 1", "3, 0"})
    void pagesComeBackInTheirPlaces(int threads, int pages) throws SevException {
        byte[] memory = random();
        System.arraycopy(memory, 0, batch.plain(), 0, memory.length);
        try (PacketPool pool = new PacketPool(PacketVectors.keys(), threads)) {
            pool.seal(batch, pages);
            batch.clear();
            pool.open(batch, pages);
        }
        int end = PacketBatch.pageAt(pages);
        assertEquals(-1, Arrays.mismatch(batch.plain(), 0, end, memory, 0, end));
        assertTrue(
                Arrays.equals(
                        new byte[memory.length - end],
                        Arrays.copyOfRange(batch.plain(), end, memory.length)),
                "pages behind the last were touched");
    }

    @Test
    void packetsAreThoseOfOneCipher() throws SevException {
        try (PacketPool pool = new PacketPool(PacketVectors.keys(), 4);
                PacketCipher alone = new PacketCipher(PacketVectors.keys())) {
            System.arraycopy(random(), 0, batch.plain(), 0, batch.plain().length);
            pool.seal(batch, PAGES);
            byte[] page = new byte[PacketBatch.PAGE_BYTES];
            for (int i = 0; i < PAGES; i++) {
                int at = PacketBatch.pageAt(i);
                alone.open(
                        batch.headers(),
                        PacketBatch.headerAt(i),
                        batch.ciphertext(),
                        at,
                        page.length,
                        page,
                        0);
                assertEquals(
                        -1,
                        Arrays.mismatch(page, 0, 4096, batch.plain(), at, at + 4096),
                        "page " + i);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 8})
    void firstBadPacketIsNamed(int threads) {
        SplittableRandom random = new SplittableRandom(threads);
        try (PacketPool pool = new PacketPool(PacketVectors.keys(), threads)) {
            for (int round = 0; round < 50; round++) {
                pool.seal(batch, PAGES);
                batch.clear();
                int first = PAGES;
                for (int i = 0; i < 1 + round % 5; i++) {
                    int bad = random.nextInt(PAGES);
                    batch.headers()[PacketBatch.headerAt(bad) + 20 + random.nextInt(32)] ^= 0x40;
                    first = Math.min(first, bad);
                }
                BadPacketException refused =
                        assertThrows(BadPacketException.class, () -> pool.open(batch, PAGES));
                String where = threads + " threads, round " + round;
                assertEquals(first, refused.index(), where);
                assertEquals(FirmwareStatus.BAD_MEASUREMENT, refused.status(), where);
                assertTrue(
                        refused.toString().contains("packet " + first + " of the batch: "),
                        refused.toString());
            }
        }
    }

    @Test
    void callersFromSeveralThreadsShareIt() throws Exception {
        byte[] memory = random();
        try (PacketPool pool = new PacketPool(PacketVectors.keys(), 3)) {
            CompletableFuture<?>[] callers = new CompletableFuture<?>[4];
            for (int i = 0; i < callers.length; i++) {
                PacketBatch own = new PacketBatch(PAGES);
                System.arraycopy(memory, 0, own.plain(), 0, memory.length);
                callers[i] =
                        CompletableFuture.runAsync(() -> {
                            for (int round = 0; round < 10; round++) {
                                pool.seal(own, PAGES);
                                own.clear();
                                try {
                                    pool.open(own, PAGES);
                                } catch (BadPacketException e) {
                                    throw new AssertionError(e);
                                }
                            }
                            assertEquals(-1, Arrays.mismatch(memory, own.plain()));
                        });
            }
            CompletableFuture.allOf(callers).get();
        } catch (ExecutionException e) {
            throw new AssertionError("in one of the callers", e.getCause());
        }
    }

    @Test
    void oneBatchIsFilledWhileAnotherIsWorkedOn() throws SevException {
        byte[] memory = random();
        PacketBatch[] batches = {batch, new PacketBatch(PAGES)};
        PendingBatch[] pending = new PendingBatch[2];
        try (PacketPool pool = new PacketPool(PacketVectors.keys(), 3)) {
            for (int round = 0; round < 20; round++) {
                int turn = round % 2;
                PendingBatch earlier = pending[turn];
                if (earlier != null) {
                    earlier.await();
                    batches[turn].clear();
                    pool.open(batches[turn], PAGES);
                    assertEquals(round - 2, batches[turn].plain()[0]);
                }
                System.arraycopy(memory, 0, batches[turn].plain(), 0, memory.length);
                batches[turn].plain()[0] = (byte) round;
                pending[turn] = pool.sealLater(batches[turn], PAGES);
            }
        }
        for (int turn = 0; turn < 2; turn++) {
            pending[turn].await();
        }
    }

    @Test
    void failureBelongsToItsBatch() throws SevException {
        PacketBatch good = new PacketBatch(PAGES);
        try (PacketPool pool = new PacketPool(PacketVectors.keys(), 2)) {
            pool.seal(batch, PAGES);
            pool.seal(good, PAGES);
            batch.ciphertext()[PacketBatch.pageAt(77)] ^= 1;
            PendingBatch bad = pool.openLater(batch, PAGES);
            pool.openLater(good, PAGES).await();
            assertEquals(77, assertThrows(BadPacketException.class, bad::await).index());
        }
    }

    @Test
    void interruptedCallerStillGetsAWholeBatch() throws SevException {
        byte[] memory = random();
        System.arraycopy(memory, 0, batch.plain(), 0, memory.length);
        try (PacketPool pool = new PacketPool(PacketVectors.keys(), 4)) {
            Thread.currentThread().interrupt();
            pool.seal(batch, PAGES);
            assertTrue(Thread.interrupted(), "the interrupt was lost");
            batch.clear();
            pool.open(batch, PAGES);
        }
        assertEquals(-1, Arrays.mismatch(memory, batch.plain()));
    }

    @Test
    void closedPoolDoesNothingMore() {
        PacketPool pool = new PacketPool(PacketVectors.keys(), 2);
        pool.close();
        pool.close();
        assertThrows(IllegalStateException.class, () -> pool.seal(batch, 1));
    }

    @Test
    void batchIsNotLargerThanItsRoom() {
        try (PacketPool pool = new PacketPool(PacketVectors.keys(), 2)) {
            assertThrows(IllegalArgumentException.class, () -> pool.seal(batch, PAGES + 1));
            assertThrows(IllegalArgumentException.class, () -> pool.open(batch, -1));
        }
        assertThrows(IllegalArgumentException.class, () -> new PacketBatch(0));
        assertThrows(
                IllegalArgumentException.class, () -> new PacketBatch(PacketBatch.MAX_PAGES + 1));
    }

    private static byte[] random() {
        byte[] memory = new byte[PAGES * PacketBatch.PAGE_BYTES];
        new SplittableRandom(1).nextBytes(memory);
        return memory;
    }
}
