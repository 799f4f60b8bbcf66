package dev.ferry.stream.vmstate;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The first bytes of a stream: just enough to tell a harvested one's machine and RAM section. */
final class StreamHead {

    private static final int HEADER_BYTES = 8;
    private static final byte QEMU_VM_SECTION_START = 0x01;
    private static final byte QEMU_VM_CONFIGURATION = 0x07;

    private StreamHead() {}

    /** What a plain stream without capabilities says at its beginning. */
    static StreamClues clues(byte[] stream) {
        ByteBuffer in = ByteBuffer.wrap(stream);
        String machine = "";
        int at = HEADER_BYTES;
        if (stream.length > at + 5 && stream[at] == QEMU_VM_CONFIGURATION) {
            int length = in.getInt(at + 1);
            if (length < 0 || length > stream.length - at - 5) {
                return StreamClues.NONE;
            }
            machine = new String(stream, at + 5, length, StandardCharsets.ISO_8859_1);
            at += 5 + length;
        }
        boolean ram =
                stream.length > at + 9
                        && stream[at] == QEMU_VM_SECTION_START
                        && stream[at + 5] == 3
                        && stream[at + 6] == 'r'
                        && stream[at + 7] == 'a'
                        && stream[at + 8] == 'm';
        return new StreamClues(machine, ram ? in.getInt(at + 1) : StreamClues.UNKNOWN);
    }
}
