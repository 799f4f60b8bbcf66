package dev.ferry.vmm.efi;

import dev.ferry.stream.MalformedStreamException;
import java.util.OptionalInt;
import java.util.zip.CRC32;

/**
 * Header of the working block by which EDK2 writes flash so that a loss of power does no harm.
 *
 * <pre>
 *  0x00  GUID 9e58292b-7c68-497d-a0ce-6500fd9f1b95
 *  0x10  u32 CRC-32 of this header, taken with this field and the states erased
 *  0x14  u8  states: bit 0 clear: valid, bit 1 clear: invalid
 *  0x15  3 bytes, reserved
 *  0x18  u64 bytes of the queue of writes that follows
 * </pre>
 *
 * The queue is empty, that is erased, unless a write was interrupted. Source: EDK2 MdeModulePkg
 * Guid/SystemNvDataGuid.h and FaultTolerantWriteDxe.
 *
 * @param at where it is in the flash
 * @param queueBytes bytes of the queue
 * @param pending whether the queue has anything in it
 */
public record WorkingBlock(int at, long queueBytes, boolean pending) {

    static final int BYTES = 0x20;

    private static final int VALID = 0xfe;

    /** Looks for one at the beginnings of blocks behind the variables. */
    static OptionalInt find(byte[] bytes, int from, int to, int step) {
        for (int at = from; at <= to - BYTES; at += step) {
            if (EfiGuid.read(bytes, at).equals(EfiGuid.WORKING_BLOCK)) {
                return OptionalInt.of(at);
            }
        }
        return OptionalInt.empty();
    }

    static WorkingBlock read(FlashReader flash, int at, int end) throws MalformedStreamException {
        byte[] bytes = flash.bytes();
        long crc = LittleEndian.u32(bytes, at + 0x10);
        if (crc != crc(bytes, at)) {
            throw flash.malformed(
                    "working block CRC",
                    FlashReader.hex(crc(bytes, at)),
                    FlashReader.hex(crc),
                    at + 0x10L);
        }
        int states = bytes[at + 0x14] & 0xff;
        if (states != VALID) {
            throw flash.malformed(
                    "working block states", "0xfe (valid)", FlashReader.hex(states), at + 0x14L);
        }
        long queue = LittleEndian.u64(bytes, at + 0x18);
        if (queue < 0 || queue > end - at - BYTES) {
            throw flash.malformed(
                    "working block queue",
                    "at most " + FlashReader.hex(end - at - BYTES) + " bytes",
                    FlashReader.hex(queue),
                    at + 0x18L);
        }
        return new WorkingBlock(at, queue, !flash.erased(at + BYTES, at + BYTES + (int) queue));
    }

    /** Writes the header of one of so many bytes in all. */
    static void write(byte[] bytes, int at, int length) {
        EfiGuid.WORKING_BLOCK.write(bytes, at);
        LittleEndian.u64(bytes, at + 0x10, -1);
        LittleEndian.u64(bytes, at + 0x18, length - BYTES);
        LittleEndian.u32(bytes, at + 0x10, crc(bytes, at));
        bytes[at + 0x14] = (byte) VALID;
    }

    private static long crc(byte[] bytes, int at) {
        CRC32 crc = new CRC32();
        crc.update(bytes, at, 0x10);
        for (int i = 0; i < 5; i++) {
            crc.update(0xff);
        }
        crc.update(bytes, at + 0x15, BYTES - 0x15);
        return crc.getValue();
    }
}
