package dev.ferry.sev.firmware;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.policy.GuestPolicy;
import dev.ferry.sev.region.GfnRange;
import dev.ferry.sev.region.SharedRegions;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DebugAccessTest {

    private static final int PAGE = 4096;
    private static final int PAGES = 12;
    private static final GuestPolicy NODBG = new GuestPolicy(1);
    private static final GuestPolicy OPEN = new GuestPolicy(0);

    @AutoClose private final MemoryEncryption engine = MemoryEncryption.random(new SecureRandom());

    /** Pages 0x2, 0x3 and 0x7 are shared, the others private. */
    private final SharedRegions regions =
            SharedRegions.of(List.of(new GfnRange(2, 4), new GfnRange(7, 8)));

    private final DebugAccess debug = new DebugAccess(engine, regions, OPEN);
    private final DebugAccess forbidden = new DebugAccess(engine, regions, NODBG);
    private final byte[] plain = new byte[PAGES * PAGE];
    private final MemorySegment memory = MemorySegment.ofArray(new byte[PAGES * PAGE]);

    @BeforeEach
    void fill() {
        new SplittableRandom(5).nextBytes(plain);
        MemorySegment.copy(plain, 0, memory, ValueLayout.JAVA_BYTE, 0, plain.length);
        for (int page = 0; page < PAGES; page++) {
            if (!regions.isShared(page)) {
                engine.encrypt((long) page * PAGE, memory, (long) page * PAGE, PAGE);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void anyRangeReadsAsPlaintext(long seed) throws SevException {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 2000; i++) {
            int at = random.nextInt(plain.length);
            int length = random.nextInt(plain.length - at + 1);
            byte[] read = new byte[length + 1];
            debug.decrypt(at, memory, at, read, 1, length);
            assertEquals(
                    -1,
                    Arrays.mismatch(plain, at, at + length, read, 1, length + 1),
                    "seed " + seed + ", 0x" + Integer.toHexString(at) + "+" + length);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void anyRangeIsWritten(long seed) throws SevException {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 1000; i++) {
            int at = random.nextInt(plain.length);
            int length = random.nextInt(Math.min(9000, plain.length - at) + 1);
            byte[] fresh = new byte[length];
            random.nextBytes(fresh);
            debug.encrypt(at, memory, at, fresh, 0, length);
            System.arraycopy(fresh, 0, plain, at, length);
        }
        byte[] all = new byte[plain.length];
        debug.decrypt(0, memory, 0, all, 0, all.length);
        assertArrayEquals(plain, all, "seed " + seed);
    }

    @Test
    void sharedPagesAreCopiedAndPrivateOnesStayCiphertext() throws SevException {
        byte[] text = "known text that a guest holds".getBytes(StandardCharsets.US_ASCII);
        debug.encrypt(2 * PAGE + 7, memory, 2 * PAGE + 7, text, 0, text.length);
        debug.encrypt(5 * PAGE + 7, memory, 5 * PAGE + 7, text, 0, text.length);
        byte[] host = memory.toArray(ValueLayout.JAVA_BYTE);
        String seen = new String(host, StandardCharsets.ISO_8859_1);
        assertEquals(2 * PAGE + 7, seen.indexOf("known text"));
        assertEquals(-1, seen.indexOf("known text", 3 * PAGE));
    }

    @Test
    void policyWithNodbgClosesPrivatePages() throws SevException {
        byte[] before = memory.toArray(ValueLayout.JAVA_BYTE);
        byte[] bytes = new byte[3 * PAGE];
        for (int at : new int[] {0, PAGE + 1, 2 * PAGE + 1, 3 * PAGE, 6 * PAGE + 4095}) {
            SevException read =
                    assertThrows(
                            SevException.class,
                            () -> forbidden.decrypt(at, memory, at, bytes, 0, 2 * PAGE));
            assertEquals(FirmwareStatus.POLICY_FAILURE, read.status());
            SevException write =
                    assertThrows(
                            SevException.class,
                            () -> forbidden.encrypt(at, memory, at, bytes, 0, 2 * PAGE));
            assertEquals(FirmwareStatus.POLICY_FAILURE, write.status());
        }
        assertArrayEquals(new byte[3 * PAGE], bytes, "something was read");
        assertArrayEquals(before, memory.toArray(ValueLayout.JAVA_BYTE), "something was written");
    }

    @Test
    void policyWithNodbgLeavesSharedPagesOpen() throws SevException {
        byte[] read = new byte[2 * PAGE];
        forbidden.decrypt(2 * PAGE, memory, 2 * PAGE, read, 0, read.length);
        assertArrayEquals(Arrays.copyOfRange(plain, 2 * PAGE, 4 * PAGE), read);
        forbidden.encrypt(7 * PAGE + 9, memory, 7 * PAGE + 9, read, 0, 5);
        assertEquals(
                -1,
                Arrays.mismatch(
                        read,
                        0,
                        5,
                        memory.toArray(ValueLayout.JAVA_BYTE),
                        7 * PAGE + 9,
                        7 * PAGE + 14));
    }

    @Test
    void noBytesAreNobodysSecret() throws SevException {
        forbidden.decrypt(0, memory, 0, new byte[0], 0, 0);
        forbidden.encrypt(0, memory, 0, new byte[0], 0, 0);
    }

    @Test
    void errorNamesAddressesOnly() {
        byte[] text = "known text".getBytes(StandardCharsets.US_ASCII);
        SevException refused =
                assertThrows(
                        SevException.class,
                        () -> forbidden.encrypt(0x1234, memory, 0x1234, text, 0, text.length));
        assertFalse(refused.toString().contains("known"));
        assertEquals(
                "DBG_ENCRYPT: policy 0x1 allows no debugging (NODBG),"
                        + " found private memory at 0x1234, length 0xa",
                refused.getMessage());
    }

    @Test
    void memoryOutsideTheSegmentIsNoMemory() {
        byte[] bytes = new byte[32];
        assertThrows(
                IndexOutOfBoundsException.class,
                () -> debug.decrypt(0, memory, plain.length - 16, bytes, 0, 32));
        assertThrows(
                IllegalArgumentException.class, () -> debug.decrypt(-1, memory, 0, bytes, 0, 1));
    }
}
