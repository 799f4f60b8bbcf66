package dev.ferry.vmm.efi;

import java.util.UUID;

/**
 * A GUID as UEFI lays it out: a 32-bit and two 16-bit numbers, little-endian, then eight bytes as
 * they are read.
 */
public record EfiGuid(UUID uuid) {

    /** Bytes in memory. */
    public static final int BYTES = 16;

    /** {@code gEfiSystemNvDataFvGuid}: a firmware volume that holds variables. */
    public static final EfiGuid SYSTEM_NV_DATA_FV = of("fff12b8d-7696-4c8b-a985-2747075b4f50");

    /** {@code gEfiAuthenticatedVariableGuid}: a store whose variables have the longer header. */
    public static final EfiGuid AUTHENTICATED_VARIABLE = of("aaf32c78-947b-439a-a180-2e144ec37792");

    /** {@code gEfiVariableGuid}: a store whose variables have the shorter header. */
    public static final EfiGuid VARIABLE = of("ddcf3616-3275-4164-98b6-fe85707ffe7d");

    /** {@code gEdkiiWorkingBlockSignatureGuid}: the working block of fault tolerant writes. */
    public static final EfiGuid WORKING_BLOCK = of("9e58292b-7c68-497d-a0ce-6500fd9f1b95");

    /** {@code gEfiGlobalVariableGuid}: the variables that the UEFI specification itself names. */
    public static final EfiGuid GLOBAL_VARIABLE = of("8be4df61-93ca-11d2-aa0d-00e098032b8c");

    /** The GUID written in the usual way. */
    public static EfiGuid of(String text) {
        return new EfiGuid(UUID.fromString(text));
    }

    /** Sixteen bytes of an array, which has them. */
    static EfiGuid read(byte[] bytes, int at) {
        long high =
                (LittleEndian.u32(bytes, at) << 32)
                        | ((long) LittleEndian.u16(bytes, at + 4) << 16)
                        | LittleEndian.u16(bytes, at + 6);
        return new EfiGuid(new UUID(high, Long.reverseBytes(LittleEndian.u64(bytes, at + 8))));
    }

    void write(byte[] bytes, int at) {
        long high = uuid.getMostSignificantBits();
        LittleEndian.u32(bytes, at, high >>> 32);
        LittleEndian.u16(bytes, at + 4, (int) (high >>> 16));
        LittleEndian.u16(bytes, at + 6, (int) high);
        LittleEndian.u64(bytes, at + 8, Long.reverseBytes(uuid.getLeastSignificantBits()));
    }

    @Override
    public String toString() {
        return uuid.toString();
    }
}
