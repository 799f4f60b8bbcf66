package dev.ferry.vmm.efi;

import dev.ferry.stream.MalformedStreamException;
import java.util.ArrayList;
import java.util.List;

/**
 * Header of a firmware volume.
 *
 * <pre>
 *  0x00  16 bytes, not looked at
 *  0x10  GUID of the file system: what the volume is
 *  0x20  u64 length of the volume
 *  0x28  "_FVH"
 *  0x2c  u32 attributes
 *  0x30  u16 length of this header, the map included
 *  0x32  u16 checksum: the sum of the header's 16-bit words is 0
 *  0x34  u16 offset of an extended header, 0 for none
 *  0x36  u8  reserved
 *  0x37  u8  revision, 2
 *  0x38  map of blocks: u32 count, u32 length of each, ...; 0, 0 ends it
 * </pre>
 *
 * Source: PI specification volume 3, section 3.2.1; EDK2 MdePkg Pi/PiFirmwareVolume.h.
 *
 * @param zeroLow the first 8 bytes as a number
 * @param zeroHigh the next 8
 * @param length of the volume in bytes, which is what its blocks amount to
 */
record FirmwareVolumeHeader(
        long zeroLow,
        long zeroHigh,
        EfiGuid guid,
        long length,
        int attributes,
        int headerLength,
        int extendedHeader,
        int reserved,
        int revision,
        List<Blocks> blocks) {

    /** Blocks of one length that follow each other. */
    record Blocks(long count, long length) {}

    static final int FIXED_BYTES = 0x38;

    /** As OVMF has them: readable, writable, sticky writes, erased to ones, aligned to 16 bytes. */
    static final int NV_ATTRIBUTES = 0x0004feff;

    private static final long SIGNATURE = 0x4856465fL;
    private static final int REVISION = 2;
    private static final int MAX_HEADER = 0x1000;

    FirmwareVolumeHeader {
        blocks = List.copyOf(blocks);
    }

    /** A volume for variables. */
    static FirmwareVolumeHeader of(long length, long blockLength) {
        return new FirmwareVolumeHeader(
                0,
                0,
                EfiGuid.SYSTEM_NV_DATA_FV,
                length,
                NV_ATTRIBUTES,
                FIXED_BYTES + 16,
                0,
                0,
                REVISION,
                List.of(new Blocks(length / blockLength, blockLength)));
    }

    /** Whether flash begins with a volume for variables, sound or not. */
    static boolean recognises(byte[] bytes) {
        return bytes.length >= FIXED_BYTES
                && LittleEndian.u32(bytes, 0x28) == SIGNATURE
                && EfiGuid.read(bytes, 0x10).equals(EfiGuid.SYSTEM_NV_DATA_FV);
    }

    static FirmwareVolumeHeader read(FlashReader flash) throws MalformedStreamException {
        byte[] bytes = flash.bytes();
        flash.need("firmware volume header", 0, FIXED_BYTES);
        if (LittleEndian.u32(bytes, 0x28) != SIGNATURE) {
            throw flash.malformed(
                    "firmware volume signature",
                    FlashReader.hex(SIGNATURE) + " (_FVH)",
                    FlashReader.hex(LittleEndian.u32(bytes, 0x28)),
                    0x28);
        }
        EfiGuid guid = EfiGuid.read(bytes, 0x10);
        if (!guid.equals(EfiGuid.SYSTEM_NV_DATA_FV)) {
            throw flash.malformed(
                    "firmware volume",
                    EfiGuid.SYSTEM_NV_DATA_FV + " (variables)",
                    guid.toString(),
                    0x10);
        }
        int headerLength = LittleEndian.u16(bytes, 0x30);
        if (headerLength < FIXED_BYTES + 8 || headerLength % 8 != 0 || headerLength > MAX_HEADER) {
            throw flash.malformed(
                    "firmware volume header length",
                    "a multiple of 8 from 0x40 to 0x1000",
                    FlashReader.hex(headerLength),
                    0x30);
        }
        flash.need("firmware volume header", 0, headerLength);
        int sum = sum(bytes, headerLength);
        if (sum != 0) {
            throw flash.malformed(
                    "firmware volume checksum", "a sum of 0x0", FlashReader.hex(sum), 0x32);
        }
        int revision = bytes[0x37];
        if (revision != REVISION) {
            throw flash.malformed(
                    "firmware volume revision", "2", Integer.toString(revision), 0x37);
        }
        long length = LittleEndian.u64(bytes, 0x20);
        if (length < headerLength || length > bytes.length) {
            throw flash.malformed(
                    "firmware volume length",
                    FlashReader.hex(headerLength) + " to " + FlashReader.hex(bytes.length),
                    FlashReader.hex(length),
                    0x20);
        }
        return new FirmwareVolumeHeader(
                LittleEndian.u64(bytes, 0),
                LittleEndian.u64(bytes, 8),
                guid,
                length,
                (int) LittleEndian.u32(bytes, 0x2c),
                headerLength,
                LittleEndian.u16(bytes, 0x34),
                bytes[0x36],
                revision,
                map(flash, headerLength, length));
    }

    private static List<Blocks> map(FlashReader flash, int headerLength, long length)
            throws MalformedStreamException {
        byte[] bytes = flash.bytes();
        List<Blocks> map = new ArrayList<>();
        long mapped = 0;
        for (int at = FIXED_BYTES; at < headerLength; at += 8) {
            Blocks blocks =
                    new Blocks(LittleEndian.u32(bytes, at), LittleEndian.u32(bytes, at + 4));
            if (blocks.count() == 0 && blocks.length() == 0) {
                if (at + 8 != headerLength || mapped != length) {
                    throw flash.malformed(
                            "firmware volume block map",
                            FlashReader.hex(length) + " bytes up to the end of the header",
                            FlashReader.hex(mapped),
                            at);
                }
                return map;
            }
            // No overflow: 511 products of two 32-bit numbers are checked one by one.
            if (blocks.count() > length || blocks.count() * blocks.length() > length - mapped) {
                throw flash.malformed(
                        "firmware volume block map",
                        "blocks that fit into " + FlashReader.hex(length) + " bytes",
                        blocks.count() + " of " + FlashReader.hex(blocks.length()),
                        at);
            }
            mapped += blocks.count() * blocks.length();
            map.add(blocks);
        }
        throw flash.malformed(
                "firmware volume block map",
                "0, 0 at its end",
                "the end of the header",
                headerLength - 8L);
    }

    /** Writes the header with its checksum. */
    void write(byte[] bytes) {
        LittleEndian.u64(bytes, 0, zeroLow);
        LittleEndian.u64(bytes, 8, zeroHigh);
        guid.write(bytes, 0x10);
        LittleEndian.u64(bytes, 0x20, length);
        LittleEndian.u32(bytes, 0x28, SIGNATURE);
        LittleEndian.u32(bytes, 0x2c, attributes);
        LittleEndian.u16(bytes, 0x30, headerLength);
        LittleEndian.u16(bytes, 0x32, 0);
        LittleEndian.u16(bytes, 0x34, extendedHeader);
        bytes[0x36] = (byte) reserved;
        bytes[0x37] = (byte) revision;
        int at = FIXED_BYTES;
        for (Blocks run : blocks) {
            LittleEndian.u32(bytes, at, run.count());
            LittleEndian.u32(bytes, at + 4, run.length());
            at += 8;
        }
        LittleEndian.u64(bytes, at, 0);
        LittleEndian.u16(bytes, 0x32, -sum(bytes, headerLength));
    }

    private static int sum(byte[] bytes, int length) {
        int sum = 0;
        for (int at = 0; at < length; at += 2) {
            sum += LittleEndian.u16(bytes, at);
        }
        return sum & 0xffff;
    }
}
