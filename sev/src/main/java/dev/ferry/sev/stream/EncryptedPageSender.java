package dev.ferry.sev.stream;

import dev.ferry.sev.SevException;
import dev.ferry.sev.packet.PacketBatch;
import dev.ferry.sev.region.GfnRange;
import dev.ferry.stream.ram.RamBlock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sends a guest's private pages, among whatever else is written to the same RAM sections: gathers
 * them, has them sealed together, and writes them in the order they were given.
 *
 * <pre>{@code
 * for each page:
 *     if private:  sender.page(block, offset)
 *     else:        sender.flush(); and the record as for any guest
 * before the last EOS:  sender.finish(shared, block)
 * with the description: sender.describe(json)
 * }</pre>
 *
 * <p>An error of any page ends the sending: what was gathered is not written then, so that no
 * record is left in half. For use by one thread.
 */
public final class EncryptedPageSender {

    private final SevRecordWriter records;
    private final PacketSealer sealer;
    private final @Nullable ManifestDigest manifest;
    private final PacketBatch batch;
    private final ByteBuffer packet = ByteBuffer.allocate(SevFormat.PACKET_HEADER + SevFormat.PAGE);
    private final long[] offsets;
    private @Nullable RamBlock block;
    private int gathered;
    private boolean finished;

    /**
     * @param records where to write
     * @param sealer makes the packets; whoever opened it closes it
     * @param manifest whether the receiver is told what all packets were, which only Ferry looks at
     *     and nobody stumbles over
     */
    public EncryptedPageSender(SevRecordWriter records, PacketSealer sealer, boolean manifest) {
        this.records = records;
        this.sealer = sealer;
        this.manifest = manifest ? new ManifestDigest() : null;
        this.batch = new PacketBatch(SevRecords.PACKETS);
        this.offsets = new long[SevRecords.PACKETS];
    }

    /**
     * Takes a private page. It is read when the batch is full or {@link #flush}ed, no later.
     *
     * @param offset of the page in its block
     */
    public void page(RamBlock of, long offset) throws IOException, SevException {
        if (gathered == offsets.length || (gathered > 0 && block != of)) {
            flush();
        }
        block = of;
        offsets[gathered++] = offset;
    }

    /** Writes what was gathered: before anything else is written to the section. */
    public void flush() throws IOException, SevException {
        RamBlock of = block;
        if (gathered == 0 || of == null) {
            return;
        }
        int count = gathered;
        gathered = 0;
        StartFields start = records.started() ? null : sealer.start();
        sealer.seal(of, offsets, count, batch);
        for (int i = 0; i < count; i++) {
            packet.clear();
            packet.put(batch.headers(), PacketBatch.headerAt(i), SevFormat.PACKET_HEADER);
            packet.put(batch.ciphertext(), PacketBatch.pageAt(i), SevFormat.PAGE);
            if (i == 0 && start != null) {
                if (manifest != null) {
                    manifest.start(start);
                }
                records.first(start, of, offsets[0], packet, 0, SevFormat.PACKET_HEADER);
            } else {
                records.page(of, offsets[i], packet, 0, SevFormat.PACKET_HEADER);
            }
            if (manifest != null) {
                manifest.packet(of, offsets[i], packet, 0);
            }
        }
    }

    /** Whether a private page was sent: without one, a destination has no guest to receive. */
    public boolean started() {
        return records.started() || gathered > 0;
    }

    /**
     * Sends a page that is not private as if it were, unless an encrypted one was sent already: for
     * a guest that has no private page, whose destination would otherwise not hear of the session.
     * The page's own record must follow; it makes up for what this one did.
     *
     * @param offset of the page in its block
     */
    public void startWith(RamBlock of, long offset) throws IOException, SevException {
        if (!started()) {
            page(of, offset);
            flush();
        }
    }

    /**
     * Writes what was gathered and the list of shared regions.
     *
     * @param shared in order and without overlap
     * @param last block of the last page, or any
     * @throws IllegalStateException if no encrypted page was sent: see {@link #startWith}
     */
    public void finish(List<GfnRange> shared, RamBlock last) throws IOException, SevException {
        flush();
        if (!records.started()) {
            throw new IllegalStateException("no private page was sent");
        }
        finished = true;
        records.sharedRegions(last, shared);
        if (manifest != null) {
            manifest.sharedRegions(shared);
        }
    }

    /**
     * The stream's description, with the manifest in it if there is to be one.
     *
     * @param description as for any guest; empty for none
     */
    public byte[] describe(byte[] description) throws SevException {
        if (!finished) {
            throw new IllegalStateException("not finished");
        }
        if (manifest == null) {
            return description.clone();
        }
        long packets = manifest.packets();
        byte[] digest = manifest.finish();
        return new Manifest(packets, digest, sealer.manifestMac(packets, digest)).into(description);
    }
}
