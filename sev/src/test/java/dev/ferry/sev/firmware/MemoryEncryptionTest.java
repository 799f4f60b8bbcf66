package dev.ferry.sev.firmware;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryEncryptionTest {

    private static final byte[] VEK = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    @AutoClose private final MemoryEncryption engine = new MemoryEncryption(VEK);

    /** Written out with nothing but single blocks of AES. */
    @Test
    void blockIsEncryptedBetweenTwoXorsOfItsTweak() throws Exception {
        long address = 0x1_2345_6780L;
        byte[] plain = "sixteen bytes ok".getBytes(StandardCharsets.US_ASCII);
        byte[] ones = new byte[16];
        Arrays.fill(ones, (byte) 0xff);
        byte[] tweak =
                aes(
                        aes(VEK, ones),
                        ByteBuffer.allocate(16)
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .putLong(address)
                                .array());
        byte[] expected = xor(aes(VEK, xor(plain, tweak)), tweak);
        engine.encrypt(address, plain, 0, 16);
        assertArrayEquals(expected, plain);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 16, 4080, 4096, 4112, 8192, 20_000})
    void whatWasEncryptedIsDecrypted(int length) {
        byte[] plain = random(length, 1);
        byte[] bytes = new byte[length + 9];
        System.arraycopy(plain, 0, bytes, 5, length);
        engine.encrypt(0x7ff0, bytes, 5, length);
        engine.decrypt(0x7ff0, bytes, 5, length);
        assertEquals(-1, Arrays.mismatch(bytes, 5, 5 + length, plain, 0, length));
        assertArrayEquals(new byte[4], Arrays.copyOfRange(bytes, length + 5, length + 9));
    }

    @Test
    void sameTextLooksDifferentAtEveryAddress() {
        byte[] zeros = new byte[1 << 20];
        engine.encrypt(0, zeros, 0, zeros.length);
        Set<ByteBuffer> blocks = new HashSet<>();
        for (int i = 0; i < zeros.length; i += 16) {
            assertTrue(blocks.add(ByteBuffer.wrap(zeros, i, 16)), "block at " + i);
        }
    }

    @Test
    void movedCiphertextIsNoise() {
        byte[] page = new byte[4096];
        engine.encrypt(0x1000, page, 0, page.length);
        engine.decrypt(0x2000, page, 0, page.length);
        int zeros = 0;
        for (byte b : page) {
            zeros += b == 0 ? 1 : 0;
        }
        assertTrue(zeros < 64, "expected about 16 zeros by chance, found " + zeros);
    }

    @Test
    void changedBitMakesNoiseOfItsBlockOnly() {
        byte[] page = new byte[4096];
        engine.encrypt(0x1000, page, 0, page.length);
        page[100] ^= 1;
        engine.decrypt(0x1000, page, 0, page.length);
        assertNotEquals(
                0,
                ByteBuffer.wrap(page, 96, 8).getLong() | ByteBuffer.wrap(page, 104, 8).getLong());
        Arrays.fill(page, 96, 112, (byte) 0);
        assertArrayEquals(new byte[4096], page);
    }

    @Test
    void otherKeyMakesNoise() {
        byte[] page = new byte[16];
        try (MemoryEncryption other = MemoryEncryption.random(new SecureRandom())) {
            engine.encrypt(0, page, 0, 16);
            other.decrypt(0, page, 0, 16);
        }
        assertFalse(Arrays.equals(new byte[16], page));
    }

    @Test
    void memoryIsEncryptedWhereItIs() {
        byte[] plain = random(0x3010, 2);
        byte[] expected = plain.clone();
        engine.encrypt(0x5ff0, expected, 0, expected.length);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(plain.length + 32L);
            MemorySegment.copy(plain, 0, memory, ValueLayout.JAVA_BYTE, 16, plain.length);
            engine.encrypt(0x5ff0, memory, 16, plain.length);
            assertArrayEquals(
                    expected, memory.asSlice(16, plain.length).toArray(ValueLayout.JAVA_BYTE));
            engine.decrypt(0x5ff0, memory, 16, plain.length);
            assertArrayEquals(
                    plain, memory.asSlice(16, plain.length).toArray(ValueLayout.JAVA_BYTE));
            assertEquals(0, memory.get(ValueLayout.JAVA_BYTE, 15));
            assertEquals(0, memory.get(ValueLayout.JAVA_BYTE, plain.length + 16L));
        }
    }

    /** Reads and writes of a vCPU, beside an array that is not encrypted. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void anyReadsAndWritesAreThoseOfPlainMemory(long seed) {
        int size = 0x4000;
        long base = 0x10_0000;
        byte[] model = random(size, seed);
        MemorySegment memory = MemorySegment.ofArray(model.clone());
        engine.encrypt(base, memory, 0, size);
        SplittableRandom random = new SplittableRandom(seed);
        for (int step = 0; step < 5000; step++) {
            String where = "seed " + seed + ", step " + step;
            int at = random.nextInt(size);
            int longest = random.nextInt(4) == 0 ? size - at : Math.min(20, size - at);
            int length = random.nextInt(longest + 1);
            byte[] bytes = random(length + 3, step);
            if (random.nextBoolean()) {
                engine.write(base + at, memory, at, bytes, 3, length);
                System.arraycopy(bytes, 3, model, at, length);
            } else {
                engine.read(base + at, memory, at, bytes, 3, length);
                assertEquals(
                        -1, Arrays.mismatch(model, at, at + length, bytes, 3, 3 + length), where);
            }
        }
        engine.decrypt(base, memory, 0, size);
        assertEquals(-1, memory.mismatch(MemorySegment.ofArray(model)), "seed " + seed);
    }

    /** Each thread has a byte of every block. */
    @Test
    void partsOfABlockThatSeveralVcpusWriteAreAllKept() {
        int threads = 4;
        MemorySegment memory = MemorySegment.ofArray(new byte[8192]);
        engine.encrypt(0, memory, 0, 8192);
        CompletableFuture<?>[] vcpus = new CompletableFuture<?>[threads];
        for (int t = 0; t < threads; t++) {
            int own = t;
            vcpus[t] =
                    CompletableFuture.runAsync(() -> {
                        for (int value = 1; value <= 20; value++) {
                            byte[] one = {(byte) (value * threads + own)};
                            for (int at = own; at < 8192; at += 16) {
                                engine.write(at, memory, at, one, 0, 1);
                            }
                        }
                    });
        }
        CompletableFuture.allOf(vcpus).join();
        engine.decrypt(0, memory, 0, 8192);
        byte[] expected = new byte[8192];
        for (int at = 0; at < 8192; at++) {
            expected[at] = at % 16 < threads ? (byte) (20 * threads + at % 16) : 0;
        }
        assertArrayEquals(expected, memory.toArray(ValueLayout.JAVA_BYTE));
    }

    @Test
    void plaintextIsNowhereToBeSeen() {
        byte[] secret = "the quick brown fox jumps".getBytes(StandardCharsets.US_ASCII);
        byte[] page = new byte[4096];
        for (int at = 0; at + secret.length <= page.length; at += secret.length) {
            System.arraycopy(secret, 0, page, at, secret.length);
        }
        engine.encrypt(0, page, 0, page.length);
        String ciphertext = new String(page, StandardCharsets.ISO_8859_1);
        for (int i = 0; i + 4 <= secret.length; i++) {
            String part = new String(secret, i, 4, StandardCharsets.ISO_8859_1);
            assertFalse(ciphertext.contains(part), part);
        }
    }

    @Test
    void keyIsNotInAnyText() {
        IllegalArgumentException error =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> engine.encrypt(8, new byte[16], 0, 16));
        String said = engine + " " + error;
        assertFalse(said.contains("0123456789abcdef"), said);
        assertFalse(said.contains(HexFormat.of().formatHex(VEK)), said);
        engine.close();
        assertEquals("memory encryption (closed)", engine.toString());
    }

    @Test
    void onlyWholeBlocksAreEncryptedInBulk() {
        byte[] bytes = new byte[64];
        MemorySegment memory = MemorySegment.ofArray(bytes);
        assertThrows(IllegalArgumentException.class, () -> engine.encrypt(8, bytes, 0, 16));
        assertThrows(IllegalArgumentException.class, () -> engine.encrypt(16, bytes, 0, 8));
        assertThrows(IllegalArgumentException.class, () -> engine.decrypt(16, memory, 0, 8));
        assertThrows(IllegalArgumentException.class, () -> engine.decrypt(-16, memory, 0, 16));
        assertThrows(IllegalArgumentException.class, () -> engine.decrypt(1L << 52, memory, 0, 16));
        assertThrows(IndexOutOfBoundsException.class, () -> engine.encrypt(0, bytes, 56, 16));
        assertThrows(
                IndexOutOfBoundsException.class, () -> engine.read(8, memory, 0, bytes, 0, 16));
        assertThrows(
                IndexOutOfBoundsException.class, () -> engine.write(60, memory, 60, bytes, 0, 8));
        assertArrayEquals(new byte[64], bytes);
    }

    @Test
    void closedEngineDoesNothingMore() {
        byte[] bytes = new byte[16];
        engine.encrypt(0, bytes, 0, 16);
        engine.close();
        engine.close();
        assertThrows(IllegalStateException.class, () -> engine.decrypt(0, bytes, 0, 16));
        assertThrows(
                IllegalStateException.class,
                () -> engine.read(0, MemorySegment.ofArray(bytes), 0, new byte[1], 0, 1));
    }

    @Test
    void keyHas16Bytes() {
        assertThrows(IllegalArgumentException.class, () -> new MemoryEncryption(new byte[15]));
    }

    private static byte[] aes(byte[] key, byte[] block) throws Exception {
        Cipher cipher = Cipher.getInstance("AES/ECB/NoPadding");
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"));
        return cipher.doFinal(block);
    }

    private static byte[] xor(byte[] a, byte[] b) {
        byte[] both = a.clone();
        for (int i = 0; i < both.length; i++) {
            both[i] ^= b[i];
        }
        return both;
    }

    private static byte[] random(int length, long seed) {
        byte[] bytes = new byte[length];
        new SplittableRandom(seed).nextBytes(bytes);
        return bytes;
    }
}
