package dev.ferry.stream.vmstate;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** What a recorded stream's beginning tells, found by looking for it. */
final class RecordedClues {

    private RecordedClues() {}

    static StreamClues of(byte[] stream) {
        ByteBuffer in = ByteBuffer.wrap(stream);
        int header = indexOf(stream, 0, 'Q', 'E', 'V', 'M', 0, 0, 0, 3);
        String machine = "";
        if (stream[header + 8] == 0x07) {
            int length = in.getInt(header + 9);
            machine = new String(stream, header + 13, length, StandardCharsets.ISO_8859_1);
        }
        int ram = header;
        do {
            ram = indexOf(stream, ram + 1, 3, 'r', 'a', 'm', 0, 0, 0, 0, 0, 0, 0, 4);
        } while (stream[ram - 5] != 0x01);
        return new StreamClues(machine, in.getInt(ram - 4));
    }

    /** Where the section {@code timer} begins, which QEMU writes first. */
    static int firstFullSection(byte[] stream) {
        return indexOf(stream, 0, 4, 0, 0, 0, 0, 5, 't', 'i', 'm', 'e', 'r', 0, 0, 0, 0);
    }

    private static int indexOf(byte[] stream, int from, int... pattern) {
        for (int i = from; i <= stream.length - pattern.length; i++) {
            int k = 0;
            while (k < pattern.length && stream[i + k] == (byte) pattern[k]) {
                k++;
            }
            if (k == pattern.length) {
                return i;
            }
        }
        throw new AssertionError("not found");
    }
}
