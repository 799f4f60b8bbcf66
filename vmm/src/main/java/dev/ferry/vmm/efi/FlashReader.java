package dev.ferry.vmm.efi;

import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.Place;

/** Bytes of flash, and the name they go by in error messages. */
final class FlashReader {

    private final byte[] bytes;
    private final String source;

    /** The array is shared: the store changes it in place. */
    FlashReader(byte[] bytes, String source) {
        this.bytes = bytes;
        this.source = source;
    }

    byte[] bytes() {
        return bytes;
    }

    String source() {
        return source;
    }

    /** Says what was expected at an offset, and what was found. */
    MalformedStreamException malformed(String what, String expected, String found, long offset) {
        return new MalformedStreamException(
                what + ": expected " + expected + ", found " + found,
                new Place(source, offset, "UEFI variable store"));
    }

    void need(String what, int offset, int length) throws MalformedStreamException {
        if (offset > bytes.length - length) {
            throw malformed(
                    what, hex(length) + " bytes", hex(Math.max(0, bytes.length - offset)), offset);
        }
    }

    /** Whether flash is as an erase leaves it, from one offset up to another. */
    boolean erased(int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] != (byte) 0xff) {
                return false;
            }
        }
        return true;
    }

    static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }
}
