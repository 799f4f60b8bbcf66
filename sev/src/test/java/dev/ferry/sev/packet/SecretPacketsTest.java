package dev.ferry.sev.packet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.packet.SecretPackets.Sealed;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class SecretPacketsTest {

    private static final byte[] MEASURE =
            PacketVectors.bytes("939be7f0299fbf6716f8bae01fc8ef5e45e0aed318d02567aa3a50e0b963a11c");
    private static final byte[] SECRET = PacketVectors.ascending(0x60, 32);

    @AutoClose private final SecretPackets packets = new SecretPackets(PacketVectors.keys());

    @Test
    void secretPacketIsThatOfTheVector() throws SevException {
        Sealed sealed = packets.sealWith(PacketVectors.IV, SECRET, MEASURE);
        assertEquals(
                "00000000404142434445464748494a4b4c4d4e4f"
                        + "ed35187e63d2e1b37f3fdb41c3b3880534f5747bc01710ed157f29d496912f02",
                PacketVectors.hex(sealed.header()));
        assertEquals(
                "222abbd389a188ce84d0fb49870a5e2d4f2591408ff270c574e9e06ac6836066",
                PacketVectors.hex(sealed.ciphertext()));
        assertArrayEquals(SECRET, packets.open(sealed.header(), sealed.ciphertext(), MEASURE));
    }

    @Test
    void secretForOneLaunchIsNotForAnother() {
        Sealed sealed = packets.seal(SECRET, MEASURE);
        byte[] other = MEASURE.clone();
        other[0] ^= 1;
        assertEquals(FirmwareStatus.BAD_MEASUREMENT, refused(sealed, other));
        assertEquals(FirmwareStatus.BAD_MEASUREMENT, refused(sealed, null));
    }

    @Test
    void oldFirmwareLeavesTheMeasureOut() throws SevException {
        Sealed sealed = packets.seal(SECRET, null);
        assertArrayEquals(SECRET, packets.open(sealed.header(), sealed.ciphertext(), null));
        assertEquals(FirmwareStatus.BAD_MEASUREMENT, refused(sealed, MEASURE));
    }

    @Test
    void macIsCheckedBeforeTheCompressedFlag() {
        Sealed sealed = packets.seal(SECRET, MEASURE);
        sealed.header()[0] = 1;
        assertEquals(FirmwareStatus.BAD_MEASUREMENT, refused(sealed, MEASURE));
    }

    @Test
    void compressedSecretWithAGoodMacIsUnsupported() throws Exception {
        Sealed sealed = packets.seal(SECRET, MEASURE);
        sealed.header()[0] = 1;
        new PacketMac(PacketVectors.keys(), PacketContext.SECRET)
                .write(sealed.header(), 0, sealed.ciphertext(), 0, SECRET.length, MEASURE);
        assertEquals(FirmwareStatus.UNSUPPORTED, refused(sealed, MEASURE));
    }

    @Test
    void pagePacketIsNoSecret() {
        try (PacketCipher pages = new PacketCipher(PacketVectors.keys())) {
            byte[] header = new byte[PacketHeader.BYTES];
            byte[] ciphertext = new byte[32];
            pages.seal(SECRET, 0, 32, header, 0, ciphertext, 0);
            Sealed sealed = new Sealed(header, ciphertext);
            assertEquals(FirmwareStatus.BAD_MEASUREMENT, refused(sealed, null));
        }
    }

    @Test
    void lengthsAreChecked() {
        byte[] header = new byte[PacketHeader.BYTES];
        assertEquals(
                FirmwareStatus.INVALID_LENGTH, refused(new Sealed(new byte[51], SECRET), MEASURE));
        assertEquals(
                FirmwareStatus.INVALID_LENGTH, refused(new Sealed(header, new byte[17]), MEASURE));
        assertEquals(
                FirmwareStatus.INVALID_LENGTH,
                refused(new Sealed(header, new byte[0x5010]), MEASURE));
        assertThrows(
                IllegalArgumentException.class,
                () -> packets.seal(SECRET, new byte[MEASURE.length + 16]));
    }

    private FirmwareStatus refused(Sealed sealed, byte @Nullable [] measure) {
        return assertThrows(
                        SevException.class,
                        () -> packets.open(sealed.header(), sealed.ciphertext(), measure))
                .status();
    }
}
