package dev.ferry.sev.stream;

import dev.ferry.sev.SevException;
import dev.ferry.sev.firmware.PacketBuffer;
import dev.ferry.sev.firmware.SecureProcessor;
import dev.ferry.sev.firmware.SendSession;
import dev.ferry.sev.firmware.SendStart;
import dev.ferry.sev.packet.PacketBatch;
import dev.ferry.sev.packet.PacketHeader;
import dev.ferry.stream.ram.RamBlock;
import org.jspecify.annotations.Nullable;

/**
 * Has a secure processor make the packets: what leaves it is encrypted for the destination, what it
 * reads is encrypted in memory, and nobody between sees either in the clear.
 *
 * <p>Ends in {@link #finish()} when the destination has taken over. Whatever else ends it, {@link
 * #close()} takes SEND_START back: the guest runs on and can be sent again.
 */
public final class FirmwareSender implements PacketSealer {

    private final SecureProcessor firmware;
    private final byte[] pdh;
    private final SendStart to;
    private final PageAddresses addresses;
    private final PacketWorkers workers = new PacketWorkers();
    private @Nullable PacketBatch pointedAt;
    private PacketBuffer[] packets = {};
    private boolean sending;

    /**
     * @param firmware the guest's
     * @param pdh the certificate of its platform, which goes along
     * @param to the guest, and where it goes
     * @param addresses where in the guest's memory pages are
     */
    public FirmwareSender(
            SecureProcessor firmware, byte[] pdh, SendStart to, PageAddresses addresses) {
        this.firmware = firmware;
        this.pdh = pdh.clone();
        this.to = to;
        this.addresses = addresses;
    }

    @Override
    public StartFields start() throws SevException {
        SendSession session = firmware.sendStart(to);
        sending = true;
        return new StartFields(0, session.policy(), pdh, session.session());
    }

    @Override
    public void seal(RamBlock block, long[] offsets, int count, PacketBatch into)
            throws SevException {
        if (pointedAt != into) {
            pointedAt = into;
            packets = pointedInto(into);
        }
        workers.each(
                count,
                i ->
                        firmware.sendUpdateData(
                                to.handle(),
                                addresses.of(block, offsets[i]),
                                PacketBatch.PAGE_BYTES,
                                packets[i]));
    }

    static PacketBuffer[] pointedInto(PacketBatch batch) {
        PacketBuffer[] packets = new PacketBuffer[batch.capacity()];
        for (int i = 0; i < packets.length; i++) {
            packets[i] =
                    PacketBuffer.over(batch.headers(), batch.ciphertext())
                            .at(
                                    PacketBatch.headerAt(i),
                                    PacketHeader.BYTES,
                                    PacketBatch.pageAt(i),
                                    PacketBatch.PAGE_BYTES);
        }
        return packets;
    }

    @Override
    public byte[] manifestMac(long count, byte[] digest) throws SevException {
        return firmware.manifestMac(to.handle(), count, digest);
    }

    /** SEND_FINISH: the guest lives at the destination now. */
    public void finish() throws SevException {
        firmware.sendFinish(to.handle());
        sending = false;
    }

    /** SEND_CANCEL, unless nothing was started or all is finished. */
    @Override
    public void close() {
        workers.close();
        if (sending) {
            sending = false;
            try {
                firmware.sendCancel(to.handle());
            } catch (SevException e) {
                // The guest or the platform was ended meanwhile, and with it the session.
                return;
            }
        }
    }
}
