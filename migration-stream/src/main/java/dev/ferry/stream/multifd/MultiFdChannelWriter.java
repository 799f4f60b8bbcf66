package dev.ferry.stream.multifd;

import dev.ferry.stream.io.WireOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * Writes one multifd channel, packet by packet: the counterpart of {@link MultiFdChannel}. Used by
 * one thread.
 */
final class MultiFdChannelWriter implements AutoCloseable {

    private final WireOutput out;
    private final MultiFdHandshake handshake;
    private final MultiFdDialect dialect;
    private final MultiFdCompression compression;
    private final PayloadEncoder encoder;
    private final MultiFdPacket packet;
    private final int slots;

    MultiFdChannelWriter(
            WritableByteChannel channel, int id, int pageSize, MultiFdOptions options) {
        out = new WireOutput(channel);
        handshake = new MultiFdHandshake(options.uuid(), id);
        dialect = options.dialect();
        compression = options.compression();
        encoder = PayloadEncoder.of(compression, options.level());
        packet = new MultiFdPacket(pageSize);
        slots = MultiFdPacket.slots(pageSize);
    }

    /** Writes the handshake, at once: a destination waits for it. */
    void handshake() throws IOException {
        handshake.write(out);
        out.flush();
    }

    /** Writes a packet with the pages of a sealed batch. */
    void pages(PageBatch batch) throws IOException {
        int sync = batch.sync() ? MultiFdPacket.MULTIFD_FLAG_SYNC : 0;
        begin(compression.code() | sync, batch.number(), slots);
        batch.describe(packet);
        if (batch.normalPages() == 0) {
            packet.write(out);
        } else {
            ByteBuffer payload = encoder.encode(batch.pages());
            packet.declaredPayload(payload.remaining());
            packet.write(out);
            out.bytes(payload);
        }
        if (batch.sync()) {
            begin(0, batch.number(), slots);
            packet.counts(0, 0);
            packet.write(out);
            out.flush();
        }
    }

    /** Writes a SYNC packet, and all that is buffered: a destination waits for it. */
    void sync(long number) throws IOException {
        begin(MultiFdPacket.MULTIFD_FLAG_SYNC, number, dialect.countsSlotsInSync() ? slots : 0);
        packet.counts(0, 0);
        packet.write(out);
        out.flush();
    }

    private void begin(int flags, long number, int slotCount) {
        if (!dialect.keepsStaleFields()) {
            packet.clear();
        }
        packet.head(flags, number, slotCount);
    }

    /** Writes what is buffered. */
    void flush() throws IOException {
        out.flush();
    }

    /** Frees the compressor; the channel is whoever opened it's to close. */
    @Override
    public void close() {
        encoder.close();
    }
}
