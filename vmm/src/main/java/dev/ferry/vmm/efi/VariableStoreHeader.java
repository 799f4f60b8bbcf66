package dev.ferry.vmm.efi;

import dev.ferry.stream.MalformedStreamException;

/**
 * Header of the variables in a firmware volume.
 *
 * <pre>
 *  0x00  GUID: which sort of variable headers follows
 *  0x10  u32 length, this header included
 *  0x14  u8  0x5a: formatted
 *  0x15  u8  0xfe: healthy
 *  0x16  6 bytes, reserved
 * </pre>
 *
 * Source: EDK2 MdeModulePkg Guid/VariableFormat.h, VARIABLE_STORE_HEADER.
 *
 * @param length in bytes, this header included
 * @param reserved the last six bytes as one number
 */
record VariableStoreHeader(VariableFormat format, int length, long reserved) {

    static final int BYTES = 28;

    private static final int FORMATTED = 0x5a;
    private static final int HEALTHY = 0xfe;
    private static final long RESERVED_MASK = 0xffff_ffff_ffffL;

    /** Reads one that has to end before the volume does. */
    static VariableStoreHeader read(FlashReader flash, int at, long volumeLength)
            throws MalformedStreamException {
        byte[] bytes = flash.bytes();
        flash.need("variable store header", at, BYTES);
        EfiGuid guid = EfiGuid.read(bytes, at);
        VariableFormat format = null;
        for (VariableFormat candidate : VariableFormat.values()) {
            if (candidate.guid().equals(guid)) {
                format = candidate;
            }
        }
        if (format == null) {
            throw flash.malformed(
                    "variable store signature",
                    EfiGuid.AUTHENTICATED_VARIABLE + " or " + EfiGuid.VARIABLE,
                    guid.toString(),
                    at);
        }
        int state = LittleEndian.u16(bytes, at + 0x14);
        if (state != (FORMATTED | HEALTHY << 8)) {
            throw flash.malformed(
                    "variable store state",
                    "0x5a (formatted) and 0xfe (healthy)",
                    FlashReader.hex(state & 0xff) + " and " + FlashReader.hex(state >>> 8),
                    at + 0x14L);
        }
        long length = LittleEndian.u32(bytes, at + 0x10);
        long room = volumeLength - at;
        if (length < BYTES || length > room) {
            throw flash.malformed(
                    "variable store length",
                    FlashReader.hex(BYTES) + " to " + FlashReader.hex(room),
                    FlashReader.hex(length),
                    at + 0x10L);
        }
        long reserved =
                LittleEndian.u16(bytes, at + 0x16) | LittleEndian.u32(bytes, at + 0x18) << 16;
        return new VariableStoreHeader(format, (int) length, reserved & RESERVED_MASK);
    }

    void write(byte[] bytes, int at) {
        format.guid().write(bytes, at);
        LittleEndian.u32(bytes, at + 0x10, length);
        bytes[at + 0x14] = FORMATTED;
        bytes[at + 0x15] = (byte) HEALTHY;
        LittleEndian.u16(bytes, at + 0x16, (int) reserved);
        LittleEndian.u32(bytes, at + 0x18, reserved >>> 16);
    }
}
