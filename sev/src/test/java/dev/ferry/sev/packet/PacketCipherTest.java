package dev.ferry.sev.packet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PacketCipherTest {

    @AutoClose private final PacketCipher cipher = new PacketCipher(PacketVectors.keys());
    private final byte[] page = PacketVectors.page();
    private final byte[] header = new byte[PacketHeader.BYTES];
    private final byte[] ciphertext = new byte[page.length];
    private final byte[] opened = new byte[page.length];

    @Test
    void pagePacketIsThatOfTheVector() {
        cipher.sealWith(PacketVectors.IV, page, 0, page.length, header, 0, ciphertext, 0);
        assertEquals(PacketVectors.HEADER, PacketVectors.hex(header));
        assertEquals(PacketVectors.CT_SHA256, PacketVectors.sha256(ciphertext));
        assertEquals(
                "4141c8a8f2e2c39dd7fbd872bc39552e4c2e62bb74119b16a72223d17d30cbc5",
                PacketVectors.hex(Arrays.copyOf(ciphertext, 32)));
        assertEquals(
                "99d0baee44b90260e1dcec67b923e957",
                PacketVectors.hex(Arrays.copyOfRange(ciphertext, 4080, 4096)));
    }

    @Test
    void contextOfVmsaPacketsChangesTheMacOnly() throws SevException {
        try (PacketCipher vmsa =
                new PacketCipher(PacketVectors.keys(), PacketContext.VMSA, new SecureRandom())) {
            vmsa.sealWith(PacketVectors.IV, page, 0, page.length, header, 0, ciphertext, 0);
            assertEquals(PacketVectors.CT_SHA256, PacketVectors.sha256(ciphertext));
            assertEquals(
                    PacketVectors.VMSA_MAC, PacketVectors.hex(PacketHeader.parse(header).mac()));
        }
        assertEquals(FirmwareStatus.BAD_MEASUREMENT, refused().status());
    }

    @Test
    void counterWrapsAfterItsHighestValue() throws SevException {
        byte[] iv = PacketVectors.bytes("fffffffffffffffffffffffffffffffe");
        byte[] short64 = new byte[64];
        cipher.sealWith(iv, new byte[64], 0, 64, header, 0, short64, 0);
        assertEquals(
                "00000000fffffffffffffffffffffffffffffffe"
                        + "42809e8088bf3773a28c9881c81dbbacabdd6337926ff4c1a08424b2d2ac9457",
                PacketVectors.hex(header));
        assertEquals(
                "44e3101cc09977970eebaa0bb802fe69fa402fd4076ea9638f88ebaff4639a90"
                        + "eda330f90eecd16c003e5fb09bcff3581b94b57e0718d6b563b170a063d1847d",
                PacketVectors.hex(short64));
        byte[] back = new byte[64];
        cipher.open(header, 0, short64, 0, 64, back, 0);
        assertArrayEquals(new byte[64], back);
    }

    @Test
    void everyLengthThatTheFirmwareTakesGoesThereAndBack() throws SevException {
        byte[] plain = PacketVectors.ascending(1, PacketCipher.MAX_BYTES);
        byte[] packet = new byte[plain.length + 3];
        byte[] back = new byte[plain.length + 7];
        byte[] headers = new byte[PacketHeader.BYTES + 5];
        for (int length = 16; length <= PacketCipher.MAX_BYTES; length += 16) {
            int at = plain.length - length;
            cipher.seal(plain, at, length, headers, 5, packet, 3);
            cipher.open(headers, 5, packet, 3, length, back, 7);
            assertEquals(
                    -1,
                    Arrays.mismatch(plain, at, plain.length, back, 7, 7 + length),
                    "length " + length);
        }
    }

    @Test
    void packetMayTakeThePlaceOfItsPage() throws SevException {
        byte[] place = page.clone();
        cipher.sealWith(PacketVectors.IV, place, 0, place.length, header, 0, place, 0);
        assertEquals(PacketVectors.CT_SHA256, PacketVectors.sha256(place));
        cipher.open(header, 0, place, 0, place.length, place, 0);
        assertArrayEquals(page, place);
    }

    @Test
    void memoryOutsideTheHeapWorksAsWell() throws SevException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ram = arena.allocate(3 * 4096L);
            MemorySegment.copy(page, 0, ram, ValueLayout.JAVA_BYTE, 4096, page.length);
            cipher.seal(ram, 4096, page.length, header, 0, ciphertext, 0);
            cipher.open(header, 0, ciphertext, 0, page.length, ram, 8192);
            assertEquals(-1, ram.asSlice(8192).mismatch(MemorySegment.ofArray(page)));
        }
    }

    @Test
    void noIvIsUsedTwice() throws SevException {
        Set<PacketHeader> ivs = new HashSet<>();
        byte[] ivOnly = new byte[PacketHeader.BYTES];
        for (int i = 0; i < 1000; i++) {
            cipher.seal(page, 0, 16, header, 0, ciphertext, 0);
            System.arraycopy(header, 4, ivOnly, 4, 16);
            assertEquals(true, ivs.add(PacketHeader.parse(ivOnly)), "packet " + i);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -16, 1, 15, 4095, 0x5010, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void otherLengthsAreRefused(int length) {
        SevException refused =
                assertThrows(
                        SevException.class,
                        () -> cipher.open(header, 0, ciphertext, 0, length, opened, 0));
        assertEquals(FirmwareStatus.INVALID_LENGTH, refused.status());
        assertThrows(
                IllegalArgumentException.class,
                () -> cipher.seal(page, 0, length, header, 0, ciphertext, 0));
    }

    @Test
    void anyChangedBitOfTheHeaderIsNoticed() {
        seal();
        for (int bit = 1; bit < PacketHeader.BYTES * 8; bit++) {
            header[bit / 8] ^= (byte) (1 << bit % 8);
            assertEquals(FirmwareStatus.BAD_MEASUREMENT, refused().status(), "bit " + bit);
            header[bit / 8] ^= (byte) (1 << bit % 8);
        }
    }

    @Test
    void anyChangedByteOfTheCiphertextIsNoticed() {
        seal();
        for (int i = 0; i < ciphertext.length; i++) {
            ciphertext[i] ^= 0x20;
            assertEquals(FirmwareStatus.BAD_MEASUREMENT, refused().status(), "byte " + i);
            ciphertext[i] ^= 0x20;
        }
    }

    @Test
    void shortenedPacketIsNoticed() {
        seal();
        SevException refused =
                assertThrows(
                        SevException.class,
                        () -> cipher.open(header, 0, ciphertext, 0, 4080, opened, 0));
        assertEquals(FirmwareStatus.BAD_MEASUREMENT, refused.status());
    }

    @Test
    void compressedPacketIsUnsupportedWhateverItsMac() {
        seal();
        header[0] = 1;
        assertEquals(FirmwareStatus.UNSUPPORTED, refused().status());
        header[30] ^= 1;
        assertEquals(FirmwareStatus.UNSUPPORTED, refused().status());
    }

    @Test
    void refusedPacketLeavesThePlaintextAlone() {
        seal();
        ciphertext[99] ^= 1;
        Arrays.fill(opened, (byte) 0x5a);
        refused();
        byte[] untouched = new byte[opened.length];
        Arrays.fill(untouched, (byte) 0x5a);
        assertArrayEquals(untouched, opened);
    }

    @Test
    void errorTellsNoSecret() {
        seal();
        ciphertext[0] ^= 1;
        String said = refused().toString();
        assertFalse(said.contains("10111213"), said);
        assertFalse(said.contains("20212223"), said);
    }

    @Test
    void closedCipherDoesNothingMore() {
        PacketCipher closed = new PacketCipher(PacketVectors.keys());
        closed.close();
        assertThrows(
                IllegalStateException.class,
                () -> closed.seal(page, 0, 16, header, 0, ciphertext, 0));
        assertThrows(
                IllegalStateException.class,
                () -> closed.open(header, 0, ciphertext, 0, 16, opened, 0));
    }

    private void seal() {
        cipher.sealWith(PacketVectors.IV, page, 0, page.length, header, 0, ciphertext, 0);
    }

    private SevException refused() {
        return assertThrows(
                SevException.class,
                () -> cipher.open(header, 0, ciphertext, 0, ciphertext.length, opened, 0));
    }
}
