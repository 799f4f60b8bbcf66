package dev.ferry.stream.multifd;

import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.io.WireOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * The first 64 bytes of a multifd channel.
 *
 * <pre>
 *   0  u32      magic 0x11223344
 *   4  u32      version 1
 *   8  byte[16] the source VM's UUID, zero without one
 *  24  u8       channel id, from 0
 *  25  byte[39] zero
 * </pre>
 *
 * Source: QEMU migration/multifd.c, MultiFDInit_t.
 *
 * @param uuid the source VM's
 * @param id 0 to the number of channels less 1, in no relation to the order of connections
 */
public record MultiFdHandshake(UUID uuid, int id) {

    /** First word of a handshake and of every packet. */
    public static final int MULTIFD_MAGIC = 0x11223344;

    /** The one version there is. */
    public static final int MULTIFD_VERSION = 1;

    /** Bytes on the wire. */
    public static final int BYTES = 64;

    /** Whether a channel that begins with {@code word} is a multifd channel. */
    public static boolean begins(long word) {
        return word == MULTIFD_MAGIC;
    }

    /** A VM that has no UUID; a destination started without one expects it. */
    public static final UUID NO_UUID = new UUID(0, 0);

    public MultiFdHandshake {
        if (id < 0 || id > 255) {
            throw new IllegalArgumentException("multifd channel id " + id);
        }
    }

    /** Writes the 64 bytes. */
    public void write(WireOutput out) throws IOException {
        ByteBuffer b = out.room(BYTES);
        b.putInt(MULTIFD_MAGIC).putInt(MULTIFD_VERSION);
        b.putLong(uuid.getMostSignificantBits()).putLong(uuid.getLeastSignificantBits());
        b.put((byte) id).put(new byte[BYTES - 25]);
    }

    static MultiFdHandshake read(WireInput in) throws IOException {
        in.enter("multifd handshake");
        expectMagic(in);
        expectVersion(in);
        UUID uuid = new UUID(in.u64("VM uuid"), in.u64("VM uuid"));
        int id = in.u8("channel id");
        in.skip(BYTES - 25, "multifd handshake");
        in.leave();
        return new MultiFdHandshake(uuid, id);
    }

    static void expectMagic(WireInput in) throws IOException {
        long at = in.offset();
        long magic = in.u32("multifd magic");
        if (magic != MULTIFD_MAGIC) {
            throw in.malformed(
                    at, "multifd magic: expected 0x11223344, found 0x" + Long.toHexString(magic));
        }
    }

    static void expectVersion(WireInput in) throws IOException {
        long at = in.offset();
        long version = in.u32("multifd version");
        if (version != MULTIFD_VERSION) {
            throw in.unsupported(at, "multifd version: expected 1, found " + version);
        }
    }
}
