package dev.ferry.sev.packet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PacketHeaderTest {

    @Test
    void fieldsAreFlagsThenIvThenMac() throws SevException {
        byte[] bytes = PacketVectors.ascending(0xf0, PacketHeader.BYTES);
        PacketHeader header = PacketHeader.parse(bytes);
        assertEquals(0xf3f2f1f0, header.flags());
        assertArrayEquals(PacketVectors.ascending(0xf4, 16), header.iv());
        assertArrayEquals(PacketVectors.ascending(0x104, 32), header.mac());
        assertArrayEquals(bytes, header.bytes());
        assertEquals(
                "packet header, flags 0xf3f2f1f0, IV f4f5f6f7f8f9fafbfcfdfeff00010203",
                header.toString());
    }

    @Test
    void onlyBit0SaysCompressed() throws SevException {
        byte[] bytes = new byte[PacketHeader.BYTES];
        bytes[0] = (byte) 0xfe;
        bytes[1] = 1;
        assertFalse(PacketHeader.parse(bytes).compressed());
        bytes[0] = 1;
        assertTrue(PacketHeader.parse(bytes).compressed());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 51, 53, 4096})
    void otherLengthsAreRefused(int length) {
        SevException refused =
                assertThrows(SevException.class, () -> PacketHeader.parse(new byte[length]));
        assertEquals(FirmwareStatus.INVALID_LENGTH, refused.status());
    }

    @Test
    void headersAreEqualWhenTheirBytesAre() throws SevException {
        byte[] bytes = PacketVectors.bytes(PacketVectors.HEADER);
        PacketHeader header = PacketHeader.parse(bytes);
        assertEquals(header, PacketHeader.parse(bytes));
        assertEquals(header.hashCode(), PacketHeader.parse(bytes).hashCode());
        bytes[51] ^= 1;
        assertNotEquals(header, PacketHeader.parse(bytes));
    }
}
