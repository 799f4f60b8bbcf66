package dev.ferry.vmm.efi;

/**
 * Header of one variable; its name and data follow, and the next begins at a multiple of 4.
 *
 * <pre>
 *  authenticated                          plain
 *  0x00  u16 0x55aa                       0x00  u16 0x55aa
 *  0x02  u8  state                        0x02  u8  state
 *  0x03  u8  reserved                     0x03  u8  reserved
 *  0x04  u32 attributes                   0x04  u32 attributes
 *  0x08  u64 monotonic count              0x08  u32 bytes of the name, its 0 included
 *  0x10  16  time                         0x0c  u32 bytes of the data
 *  0x20  u32 index of the public key      0x10  GUID of the vendor
 *  0x24  u32 bytes of the name, its 0 included
 *  0x28  u32 bytes of the data
 *  0x2c  GUID of the vendor
 * </pre>
 *
 * Source: EDK2 MdeModulePkg Guid/VariableFormat.h, AUTHENTICATED_VARIABLE_HEADER and
 * VARIABLE_HEADER.
 *
 * @param state see {@link VariableState}
 * @param count 0 in a plain header, like time and key
 * @param nameBytes unsigned, like {@code dataBytes}
 */
record VariableHeader(
        VariableFormat format,
        int state,
        int reserved,
        int attributes,
        long count,
        EfiTime time,
        int publicKey,
        long nameBytes,
        long dataBytes,
        EfiGuid vendor) {

    static final int START_ID = 0x55aa;

    private static final long UNWRITTEN = 0xffff_ffffL;

    /** Reads one whose bytes are there. */
    static VariableHeader read(VariableFormat format, byte[] bytes, int at) {
        boolean authenticated = format == VariableFormat.AUTHENTICATED;
        int sizes = at + (authenticated ? 0x24 : 8);
        return new VariableHeader(
                format,
                bytes[at + 2] & 0xff,
                bytes[at + 3] & 0xff,
                (int) LittleEndian.u32(bytes, at + 4),
                authenticated ? LittleEndian.u64(bytes, at + 8) : 0,
                authenticated ? EfiTime.read(bytes, at + 0x10) : EfiTime.NONE,
                authenticated ? (int) LittleEndian.u32(bytes, at + 0x20) : 0,
                LittleEndian.u32(bytes, sizes),
                LittleEndian.u32(bytes, sizes + 4),
                EfiGuid.read(bytes, sizes + 8));
    }

    void write(byte[] bytes, int at) {
        boolean authenticated = format == VariableFormat.AUTHENTICATED;
        LittleEndian.u16(bytes, at, START_ID);
        bytes[at + 2] = (byte) state;
        bytes[at + 3] = (byte) reserved;
        LittleEndian.u32(bytes, at + 4, attributes);
        if (authenticated) {
            LittleEndian.u64(bytes, at + 8, count);
            time.write(bytes, at + 0x10);
            LittleEndian.u32(bytes, at + 0x20, publicKey);
        }
        int sizes = at + (authenticated ? 0x24 : 8);
        LittleEndian.u32(bytes, sizes, nameBytes);
        LittleEndian.u32(bytes, sizes + 4, dataBytes);
        vendor.write(bytes, sizes + 8);
    }

    /**
     * Bytes of name and data. A header that a loss of power has left half written counts as having
     * none, as in EDK2 (MdeModulePkg VariableParsing.c, NameSizeOfVariable).
     */
    long contentBytes() {
        if (state == 0xff
                || nameBytes == UNWRITTEN
                || dataBytes == UNWRITTEN
                || attributes == (int) UNWRITTEN) {
            return 0;
        }
        return nameBytes + dataBytes;
    }
}
