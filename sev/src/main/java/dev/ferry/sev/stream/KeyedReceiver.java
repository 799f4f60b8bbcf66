package dev.ferry.sev.stream;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.cert.P384PrivateKey;
import dev.ferry.sev.cert.SevCertificate;
import dev.ferry.sev.packet.BadPacketException;
import dev.ferry.sev.packet.PacketBatch;
import dev.ferry.sev.packet.PacketCipher;
import dev.ferry.sev.packet.PacketPool;
import dev.ferry.sev.session.ManifestMac;
import dev.ferry.sev.session.SessionBlob;
import dev.ferry.sev.session.TransportKeys;
import dev.ferry.stream.ram.RamBlock;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Opens packets with the private key of the platform that they were sent to, without a firmware:
 * what looking into a recorded migration takes. What a firmware checks in RECEIVE_START beyond the
 * session's own codes, such as its API version, does not matter here.
 */
public final class KeyedReceiver implements PacketReceiver {

    private final P384PrivateKey key;
    private @Nullable TransportKeys keys;
    private @Nullable PacketPool pool;
    private @Nullable PacketBatch batch;

    /**
     * @param key of the destination's PDH; closed with this
     */
    public KeyedReceiver(P384PrivateKey key) {
        this.key = key;
    }

    @Override
    public void start(StartFields fields) throws SevException {
        SevCertificate pdh = SevCertificate.parse(fields.pdh());
        TransportKeys opened = SessionBlob.parse(fields.session()).open(key, pdh, fields.policy());
        keys = opened;
        pool = new PacketPool(opened);
        batch = new PacketBatch(SevRecords.PACKETS);
    }

    @Override
    public int capacity() {
        return SevRecords.PACKETS;
    }

    @Override
    public void take(int index, ByteBuffer from, int header) {
        PacketBatch packets = Objects.requireNonNull(batch);
        from.get(header, packets.headers(), PacketBatch.headerAt(index), SevFormat.PACKET_HEADER);
        from.get(
                header + SevFormat.PACKET_HEADER + 4,
                packets.ciphertext(),
                PacketBatch.pageAt(index),
                SevFormat.PAGE);
    }

    @Override
    public byte[] open(RamBlock block, long[] offsets, int count, FirmwareStatus[] statuses) {
        PacketBatch packets = Objects.requireNonNull(batch);
        Arrays.fill(statuses, 0, count, FirmwareStatus.SUCCESS);
        try {
            Objects.requireNonNull(pool).open(packets, count);
        } catch (BadPacketException e) {
            eachAlone(packets, count, statuses);
        }
        return packets.plain();
    }

    /** The pool ends at the first bad packet; here every one has its own outcome. */
    private void eachAlone(PacketBatch packets, int count, FirmwareStatus[] statuses) {
        try (PacketCipher cipher = new PacketCipher(Objects.requireNonNull(keys))) {
            for (int i = 0; i < count; i++) {
                try {
                    cipher.open(
                            packets.headers(),
                            PacketBatch.headerAt(i),
                            packets.ciphertext(),
                            PacketBatch.pageAt(i),
                            SevFormat.PAGE,
                            packets.plain(),
                            PacketBatch.pageAt(i));
                } catch (SevException e) {
                    statuses[i] = e.status();
                }
            }
        }
    }

    @Override
    public boolean manifestFits(long packets, byte[] digest, byte[] mac) {
        return ManifestMac.fits(Objects.requireNonNull(keys), packets, digest, mac);
    }

    @Override
    public void close() {
        key.close();
        if (pool != null) {
            pool.close();
        }
        if (batch != null) {
            batch.clear();
        }
        if (keys != null) {
            keys.close();
        }
    }
}
