package dev.ferry.stream.dump;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A core file, read by the book. */
final class ElfCore implements Closeable {

    private final FileChannel file;
    private final boolean wide;
    private final int machine;
    private final List<Load> loads = new ArrayList<>();
    private byte[] notes = new byte[0];

    /** A PT_LOAD, without where it is in the file. */
    record Load(long address, long length) {
        @Override
        public String toString() {
            return "0x" + Long.toHexString(address) + "+0x" + Long.toHexString(length);
        }
    }

    private final List<Long> offsets = new ArrayList<>();

    ElfCore(Path path) throws IOException {
        file = FileChannel.open(path);
        ByteBuffer head = read(0, 64);
        wide = head.get(4) == 2;
        machine = head.getShort(18);
        int headers = (wide ? head.getShort(56) : head.getShort(44)) & 0xffff;
        long sections = wide ? head.getLong(40) : head.getInt(32);
        if (headers == 0xffff) {
            headers = read(sections, 64).getInt(wide ? 44 : 28);
        }
        long at = wide ? head.getLong(32) : head.getInt(28);
        for (int i = 0; i < headers; i++) {
            ByteBuffer header = read(at, wide ? 56 : 32);
            long offset = wide ? header.getLong(8) : header.getInt(4);
            long address = wide ? header.getLong(24) : Integer.toUnsignedLong(header.getInt(12));
            long length = wide ? header.getLong(32) : Integer.toUnsignedLong(header.getInt(16));
            if (header.getInt(0) == 4) {
                notes = read(offset, (int) length).array();
            } else {
                loads.add(new Load(address, length));
                offsets.add(offset);
            }
            at += wide ? 56 : 32;
        }
    }

    private ByteBuffer read(long at, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining() && file.read(bytes, at + bytes.position()) > 0) {
            // as much as there is
        }
        if (bytes.hasRemaining()) {
            throw new IOException("file ends at " + (at + bytes.position()));
        }
        return bytes.flip();
    }

    boolean wide() {
        return wide;
    }

    int machine() {
        return machine;
    }

    List<Load> loads() {
        return loads;
    }

    byte[] notes() {
        return notes;
    }

    /** Memory at an address. */
    byte[] memory(long address, int length) throws IOException {
        for (int i = 0; i < loads.size(); i++) {
            Load load = loads.get(i);
            if (address >= load.address && address + length <= load.address + load.length) {
                return read(offsets.get(i) + address - load.address, length).array();
            }
        }
        throw new IOException("no memory at 0x" + Long.toHexString(address));
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
