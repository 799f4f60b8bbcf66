package dev.ferry.sev.stream;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.firmware.GuestMemory;
import dev.ferry.sev.firmware.PacketBuffer;
import dev.ferry.sev.firmware.ReceiveStart;
import dev.ferry.sev.firmware.SecureProcessor;
import dev.ferry.sev.packet.PacketBatch;
import dev.ferry.stream.ram.RamBlock;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Has a secure processor open the packets into the guest's memory, where they are encrypted again:
 * nobody else sees a page in the clear.
 *
 * <p>Ends in {@link #finish()} when all was read and is right. Whatever else ends it, {@link
 * #close()} gives the guest up.
 */
public final class FirmwareReceiver implements PacketReceiver {

    private final SecureProcessor firmware;
    private final GuestMemory memory;
    private final int asid;
    private final PageAddresses addresses;
    private final PacketWorkers workers = new PacketWorkers();
    private final PacketBatch batch = new PacketBatch(SevRecords.PACKETS);
    private final PacketBuffer[] packets = FirmwareSender.pointedInto(batch);
    private int handle;
    private boolean finished;

    /**
     * @param firmware of the platform that the guest is sent to
     * @param memory the guest's
     * @param asid a free one for it
     * @param addresses where in {@code memory} pages are
     */
    public FirmwareReceiver(
            SecureProcessor firmware, GuestMemory memory, int asid, PageAddresses addresses) {
        this.firmware = firmware;
        this.memory = memory;
        this.asid = asid;
        this.addresses = addresses;
    }

    /** The guest's handle; 0 before the session began. */
    public int handle() {
        return handle;
    }

    /** RECEIVE_START, ACTIVATE. */
    @Override
    public void start(StartFields fields) throws SevException {
        handle =
                firmware.receiveStart(
                        ReceiveStart.of(fields.policy(), fields.pdh(), fields.session(), memory));
        firmware.activate(handle, asid);
    }

    @Override
    public int capacity() {
        return SevRecords.PACKETS;
    }

    @Override
    public void take(int index, ByteBuffer from, int header) {
        from.get(header, batch.headers(), PacketBatch.headerAt(index), SevFormat.PACKET_HEADER);
        from.get(
                header + SevFormat.PACKET_HEADER + 4,
                batch.ciphertext(),
                PacketBatch.pageAt(index),
                SevFormat.PAGE);
    }

    @Override
    public byte @Nullable [] open(
            RamBlock block, long[] offsets, int count, FirmwareStatus[] statuses) {
        Arrays.fill(statuses, 0, count, FirmwareStatus.SUCCESS);
        try {
            workers.each(
                    count,
                    i -> {
                        try {
                            firmware.receiveUpdateData(
                                    handle,
                                    addresses.of(block, offsets[i]),
                                    SevFormat.PAGE,
                                    packets[i]);
                        } catch (SevException e) {
                            statuses[i] = e.status();
                        }
                    });
        } catch (SevException e) {
            throw new IllegalStateException("each packet has its status", e);
        }
        return null;
    }

    @Override
    public boolean manifestFits(long count, byte[] digest, byte[] mac) {
        try {
            firmware.checkManifest(handle, count, digest, mac);
            return true;
        } catch (SevException e) {
            return false;
        }
    }

    /** RECEIVE_FINISH: the guest may run. */
    public void finish() throws SevException {
        firmware.receiveFinish(handle);
        finished = true;
    }

    /** Gives the guest up, unless it was finished. */
    @Override
    public void close() {
        workers.close();
        if (handle != 0 && !finished) {
            try {
                firmware.deactivate(handle);
                firmware.decommission(handle);
            } catch (SevException e) {
                // The platform was shut down meanwhile, and with it the guest.
                return;
            } finally {
                handle = 0;
            }
        }
    }
}
