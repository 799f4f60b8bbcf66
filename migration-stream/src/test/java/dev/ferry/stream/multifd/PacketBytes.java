package dev.ferry.stream.multifd;

import dev.ferry.stream.testing.WireBytes;

/** One multifd packet, field by field; what is not said is as QEMU 10.0 writes it. */
final class PacketBytes {

    static final int SYNC = 0x01;
    static final int ZLIB = 0x02;
    static final int ZSTD = 0x04;

    private int pageSize = 4096;
    private long magic = 0x11223344L;
    private long version = 1;
    private int flags;
    private long slots = 128;
    private long normal;
    private long zero;
    private long payloadBytes;
    private long number;
    private String block = "";
    private long[] offsets = {};
    private byte[] payload = {};

    static PacketBytes of(int flags) {
        PacketBytes packet = new PacketBytes();
        packet.flags = flags;
        packet.slots = (flags & SYNC) != 0 ? 0 : 128;
        return packet;
    }

    /** A channel's 64 bytes of handshake. */
    static byte[] handshake(int id) {
        return WireBytes.of()
                .raw("11223344 00000001")
                .raw("00112233 44556677 8899aabb ccddeeff")
                .u8(id)
                .fill(0, 39)
                .bytes();
    }

    PacketBytes magic(long value) {
        magic = value;
        return this;
    }

    PacketBytes version(long value) {
        version = value;
        return this;
    }

    PacketBytes pageSize(int bytes) {
        pageSize = bytes;
        slots = slots == 0 ? 0 : (512 << 10) / bytes;
        return this;
    }

    PacketBytes slots(long value) {
        slots = value;
        return this;
    }

    PacketBytes number(long value) {
        number = value;
        return this;
    }

    PacketBytes pages(String name, int normalPages, int zeroPages, long... pageOffsets) {
        block = name;
        normal = normalPages;
        zero = zeroPages;
        offsets = pageOffsets;
        return this;
    }

    PacketBytes counts(long normalPages, long zeroPages) {
        normal = normalPages;
        zero = zeroPages;
        return this;
    }

    PacketBytes payload(byte[] bytes) {
        payload = bytes;
        payloadBytes = bytes.length;
        return this;
    }

    PacketBytes declared(long bytes) {
        payloadBytes = bytes;
        return this;
    }

    byte[] bytes() {
        WireBytes out = WireBytes.of();
        out.u32(magic).u32(version).u32(flags).u32(slots).u32(normal).u32(payloadBytes);
        out.u64(number).u32(zero).fill(0, 28).text(block).padTo(320);
        for (long offset : offsets) {
            out.u64(offset);
        }
        return out.padTo(320 + 8 * ((512 << 10) / pageSize)).raw(payload).bytes();
    }
}
