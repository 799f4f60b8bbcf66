package dev.ferry.stream.container;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ferry.stream.StreamException;
import java.nio.ByteBuffer;

/** A real image in which fields are changed; all big endian. */
final class Qcow2Bytes {

    private final byte[] image;
    private final ByteBuffer bytes;

    /** Changes {@code image} itself. */
    Qcow2Bytes(byte[] image) {
        this.image = image;
        this.bytes = ByteBuffer.wrap(image);
    }

    Qcow2Bytes putInt(int offset, int value) {
        bytes.putInt(offset, value);
        return this;
    }

    Qcow2Bytes putLong(int offset, long value) {
        bytes.putLong(offset, value);
        return this;
    }

    /** File offset of the snapshot table, and so of its first entry. */
    int entry() {
        return (int) bytes.getLong(64);
    }

    /** File offset of the L1 table of the first snapshot. */
    int l1() {
        return (int) bytes.getLong(entry());
    }

    /** File offset of the first snapshot's L1 entry for its VM state. */
    int l1Entry() {
        long granule = 1L << (2 * bytes.getInt(20) - 3);
        long disk = bytes.getLong(entry() + 48);
        return l1() + 8 * (int) ((disk + granule - 1) / granule);
    }

    /** File offset of the first L2 entry of its VM state. */
    int l2Entry() {
        return (int) (bytes.getLong(l1Entry()) & 0x00ff_ffff_ffff_fe00L);
    }

    <E extends StreamException> E fails(Class<E> type) {
        return assertThrows(type, () -> Samples.stream(image));
    }
}
