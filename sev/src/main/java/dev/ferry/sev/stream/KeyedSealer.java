package dev.ferry.sev.stream;

import dev.ferry.sev.SevException;
import dev.ferry.sev.cert.P384PrivateKey;
import dev.ferry.sev.cert.SevCertificate;
import dev.ferry.sev.packet.PacketBatch;
import dev.ferry.sev.packet.PacketPool;
import dev.ferry.sev.policy.GuestPolicy;
import dev.ferry.sev.session.ManifestMac;
import dev.ferry.sev.session.SessionBlob;
import dev.ferry.sev.session.TransportKeys;
import dev.ferry.stream.ram.RamBlock;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.SecureRandom;
import java.util.function.Function;

/**
 * Makes packets of memory that is in the clear, without a firmware: for a platform's tests, and to
 * encrypt a saved guest for another platform.
 */
public final class KeyedSealer implements PacketSealer {

    private final TransportKeys keys;
    private final PacketPool pool;
    private final StartFields start;
    private final Function<RamBlock, MemorySegment> memory;

    /**
     * Opens a session with new keys.
     *
     * @param own the sending platform's PDH key; not kept
     * @param ownPdh its certificate
     * @param destinationPdh the receiving platform's
     * @param memory a block's, in the clear
     * @throws SevException if {@code destinationPdh} is no certificate to agree on a key with
     */
    public KeyedSealer(
            P384PrivateKey own,
            SevCertificate ownPdh,
            SevCertificate destinationPdh,
            GuestPolicy policy,
            Function<RamBlock, MemorySegment> memory,
            SecureRandom random)
            throws SevException {
        this.memory = memory;
        keys = TransportKeys.random(random);
        SessionBlob session;
        try {
            session = SessionBlob.create(own, destinationPdh, policy, keys, random);
        } catch (SevException e) {
            keys.close();
            throw e;
        }
        start = new StartFields(0, policy, ownPdh.bytes(), session.bytes());
        pool = new PacketPool(keys);
    }

    @Override
    public StartFields start() {
        return start;
    }

    @Override
    public void seal(RamBlock block, long[] offsets, int count, PacketBatch into) {
        MemorySegment pages = memory.apply(block);
        for (int i = 0; i < count; i++) {
            MemorySegment.copy(
                    pages,
                    ValueLayout.JAVA_BYTE,
                    offsets[i],
                    into.plain(),
                    PacketBatch.pageAt(i),
                    PacketBatch.PAGE_BYTES);
        }
        pool.seal(into, count);
    }

    @Override
    public byte[] manifestMac(long packets, byte[] digest) {
        return ManifestMac.of(keys, packets, digest);
    }

    @Override
    public void close() {
        pool.close();
        keys.close();
    }
}
