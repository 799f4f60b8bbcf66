package dev.ferry.sev.packet;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * What precedes a packet's ciphertext. Immutable.
 *
 * <pre>
 *   0   4  flags, little-endian; bit 0: the plaintext is compressed
 *   4  16  IV: the first counter block
 *  20  32  MAC
 * </pre>
 *
 * Source: SEV API, Packet Header; AMD firmware sev_packet_header_t.
 */
public final class PacketHeader {

    /** Bytes of a header. */
    public static final int BYTES = 52;

    /** Bytes of the IV. */
    public static final int IV_BYTES = 16;

    /** Bytes of the MAC. */
    public static final int MAC_BYTES = 32;

    static final int IV_AT = 4;
    static final int MAC_AT = IV_AT + IV_BYTES;

    private static final int COMPRESSED = 1;
    private static final VarHandle LE_INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final byte[] bytes;

    private PacketHeader(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Reads a header.
     *
     * @throws SevException INVALID_LENGTH unless there are 52 bytes
     */
    public static PacketHeader parse(byte[] bytes) throws SevException {
        if (bytes.length != BYTES) {
            throw new SevException(
                    FirmwareStatus.INVALID_LENGTH,
                    "packet header: expected " + BYTES + " bytes, found " + bytes.length);
        }
        return new PacketHeader(bytes.clone());
    }

    /** The flags word. */
    public int flags() {
        return flags(bytes, 0);
    }

    /** Whether the plaintext is compressed, which no firmware supports. */
    public boolean compressed() {
        return compressed(bytes, 0);
    }

    /** The first counter block, 16 bytes. */
    public byte[] iv() {
        return Arrays.copyOfRange(bytes, IV_AT, IV_AT + IV_BYTES);
    }

    /** The message authentication code, 32 bytes. */
    public byte[] mac() {
        return Arrays.copyOfRange(bytes, MAC_AT, BYTES);
    }

    /** The header as it was read. */
    public byte[] bytes() {
        return bytes.clone();
    }

    static int flags(byte[] header, int at) {
        return (int) LE_INT.get(header, at);
    }

    static boolean compressed(byte[] header, int at) {
        return (flags(header, at) & COMPRESSED) != 0;
    }

    static void putInt(byte[] into, int at, int value) {
        LE_INT.set(into, at, value);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PacketHeader header && Arrays.equals(bytes, header.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Flags and IV; neither is secret. */
    @Override
    public String toString() {
        return "packet header, flags 0x"
                + Integer.toHexString(flags())
                + ", IV "
                + HexFormat.of().formatHex(bytes, IV_AT, IV_AT + IV_BYTES);
    }
}
