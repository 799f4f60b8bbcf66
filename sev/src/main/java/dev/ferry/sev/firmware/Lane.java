package dev.ferry.sev.firmware;

import dev.ferry.sev.SevException;
import dev.ferry.sev.packet.PacketCipher;
import dev.ferry.sev.session.TransportKeys;
import java.util.Arrays;

/**
 * What one thread needs to move a packet's worth of memory: plain text on its way, and the cipher.
 * The plain text is overwritten by the next and zeroed at the end.
 */
final class Lane implements AutoCloseable {
    private final byte[] plain = new byte[PacketCipher.MAX_BYTES];
    private final MemoryEncryption memory;
    private final PacketCipher packets;

    Lane(MemoryEncryption memory, TransportKeys keys) {
        this.memory = memory;
        this.packets = new PacketCipher(keys);
    }

    byte[] plain() {
        return plain;
    }

    /** Private memory, decrypted. */
    void readDecrypted(GuestMemory from, long address, int length) {
        from.read(address, plain, 0, length);
        memory.decrypt(address, plain, 0, length);
    }

    /** The plain text into private memory; it is ciphertext here afterwards, too. */
    void writeEncrypted(GuestMemory to, long address, int length) {
        memory.encrypt(address, plain, 0, length);
        to.write(address, plain, 0, length);
    }

    void seal(int length, PacketBuffer packet) {
        packets.seal(
                plain,
                0,
                length,
                packet.header(),
                packet.headerAt(),
                packet.data(),
                packet.dataAt());
    }

    void open(int length, PacketBuffer packet) throws SevException {
        packets.open(
                packet.header(),
                packet.headerAt(),
                packet.data(),
                packet.dataAt(),
                length,
                plain,
                0);
    }

    @Override
    public void close() {
        packets.close();
        Arrays.fill(plain, (byte) 0);
    }
}
