package dev.ferry.stream.multifd;

import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.ram.MalformedPageException;
import dev.ferry.stream.ram.PageKind;
import dev.ferry.stream.ram.PageRunBatch;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.ram.RamState;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** One multifd channel, read packet by packet up to its synchronisation points. */
public final class MultiFdChannel implements Closeable {

    private final WireInput in;
    private final int channel;
    private final RamState ram;
    private final MultiFdHandshake handshake;
    private final PageRunBatch batch;
    private @Nullable MultiFdPacket packet;
    private @Nullable PayloadDecoder decoder;
    private @Nullable ByteBuffer pages;
    private @Nullable MultiFdCompression compression;
    private long packets;
    private long dataPackets;
    private long normalPages;
    private long zeroPages;
    private long payloadBytes;
    private long syncs;
    private long deviceStates;
    private long firstPacket = -1;
    private long lastPacket = -1;

    /**
     * Reads the handshake.
     *
     * @param channel number of the recorded channel, for messages and runs
     */
    public MultiFdChannel(WireInput in, int channel, RamState ram) throws IOException {
        this.in = in;
        this.channel = channel;
        this.ram = ram;
        this.handshake = MultiFdHandshake.read(in);
        this.batch = new PageRunBatch(ram, channel);
    }

    /** What the channel began with. */
    public MultiFdHandshake handshake() {
        return handshake;
    }

    /** Number of the recorded channel. */
    public int channel() {
        return channel;
    }

    /** The input, for places in messages. */
    public WireInput input() {
        return in;
    }

    /** What was read so far. */
    public MultiFdStatistics statistics() {
        return new MultiFdStatistics(
                packets,
                dataPackets,
                normalPages,
                zeroPages,
                payloadBytes,
                syncs,
                deviceStates,
                firstPacket,
                lastPacket,
                compression == null ? MultiFdCompression.NONE : compression);
    }

    /**
     * Reads packets up to and with the next SYNC.
     *
     * @return false if the channel ended, at a packet's boundary, before one
     */
    public boolean readToSync() throws IOException {
        int depth = in.depth();
        in.enter("multifd channel id " + handshake.id());
        MultiFdPacket p = packet();
        while (!in.atEnd()) {
            in.enter("packet " + packets);
            p.read(in);
            packets++;
            if (p.deviceState()) {
                deviceStates++;
                in.skip(p.payloadBytes(), "device state payload");
            } else {
                ram.listener().packet(channel, p.at(), p.name());
                takePages(p);
            }
            in.leave();
            if (p.sync()) {
                syncs++;
                in.leaveTo(depth);
                return true;
            }
        }
        in.leaveTo(depth);
        return false;
    }

    private MultiFdPacket packet() throws IOException {
        if (packet == null) {
            if (ram.pageSize() == 0) {
                ram.pageSize(MultiFdPageSize.infer(in.lookahead()));
            }
            packet = new MultiFdPacket(ram.pageSize());
        }
        return packet;
    }

    private void takePages(MultiFdPacket p) throws IOException {
        if (firstPacket < 0) {
            firstPacket = p.number();
        }
        lastPacket = p.number();
        int all = p.normalPages() + p.zeroPages();
        if (all == 0) {
            return;
        }
        RamBlock block = ram.block(p.name());
        if (block == null) {
            throw in.malformed(
                    p.at() + 64, "block name: '" + p.name() + "' is not in the block list");
        }
        for (int i = 0; i < all; i++) {
            long offset = p.pageOffset(i);
            if (!block.hasPage(offset, ram.pageSize()) || offset % ram.pageSize() != 0) {
                throw in.malformed(
                        p.at() + 320 + 8L * i,
                        "page offset: expected a multiple of "
                                + ram.pageSize()
                                + " and a whole page within the block's 0x"
                                + Long.toHexString(block.usedLength())
                                + " bytes, found 0x"
                                + Long.toHexString(offset));
            }
        }
        ram.announce();
        try {
            payload(p, block);
            for (int i = p.normalPages(); i < all; i++) {
                batch.fill(block, p.pageOffset(i), 1, PageKind.MULTIFD_ZERO, 0, p.at());
            }
            batch.flush();
        } catch (MalformedPageException e) {
            throw in.malformed(p.at(), String.valueOf(e.getMessage()), e);
        }
        normalPages += p.normalPages();
        zeroPages += p.zeroPages();
    }

    private void payload(MultiFdPacket p, RamBlock block)
            throws IOException, MalformedPageException {
        MultiFdCompression method = method(p);
        if (p.normalPages() == 0) {
            return;
        }
        dataPackets++;
        payloadBytes += p.payloadBytes();
        long plain = (long) p.normalPages() * ram.pageSize();
        if (method == MultiFdCompression.NONE && p.payloadBytes() != plain) {
            throw in.malformed(
                    p.at() + 20,
                    "payload bytes: expected " + plain + ", found " + p.payloadBytes());
        }
        if (p.payloadBytes() > 2L * MultiFdPacket.MULTIFD_PACKET_SIZE) {
            throw in.exceeds(
                    p.at() + 20,
                    "payload bytes",
                    p.payloadBytes(),
                    2L * MultiFdPacket.MULTIFD_PACKET_SIZE);
        }
        if (!ram.sink().wantsContents()) {
            for (int i = 0; i < p.normalPages(); i++) {
                batch.absent(block, p.pageOffset(i), PageKind.MULTIFD, 1, p.at());
            }
            in.skip(p.payloadBytes(), "payload");
        } else if (method == MultiFdCompression.NONE) {
            plainPayload(p, block);
        } else {
            compressedPayload(p, block, method);
        }
    }

    private MultiFdCompression method(MultiFdPacket p) throws IOException {
        MultiFdCompression method = MultiFdCompression.of(p.flags());
        if (method == null) {
            throw in.malformed(
                    p.at() + 8,
                    "packet flags: several compression methods in 0x"
                            + Integer.toHexString(p.flags()));
        }
        if (compression == null) {
            compression = method;
        } else if (method != compression) {
            throw in.malformed(
                    p.at() + 8,
                    "packet flags: expected compression "
                            + compression.parameter()
                            + ", found "
                            + method.parameter());
        }
        return method;
    }

    private void plainPayload(MultiFdPacket p, RamBlock block)
            throws IOException, MalformedPageException {
        int pageSize = ram.pageSize();
        int i = 0;
        while (i < p.normalPages()) {
            ByteBuffer b = in.window(pageSize, "page");
            long from = in.offset();
            int index = b.position();
            int n = Math.min(p.normalPages() - i, b.remaining() / pageSize);
            for (int k = 0; k < n; k++) {
                batch.raw(
                        block,
                        p.pageOffset(i + k),
                        1,
                        PageKind.MULTIFD,
                        b,
                        index + k * pageSize,
                        pageSize,
                        from);
            }
            batch.flush();
            b.position(index + n * pageSize);
            i += n;
        }
    }

    private void compressedPayload(MultiFdPacket p, RamBlock block, MultiFdCompression method)
            throws IOException, MalformedPageException {
        int pageSize = ram.pageSize();
        if (decoder == null || pages == null) {
            decoder = decoder(p, method);
            pages = ByteBuffer.allocateDirect(MultiFdPacket.MULTIFD_PACKET_SIZE);
        }
        pages.clear().limit(p.normalPages() * pageSize);
        long from = in.offset();
        decoder.decode(in, p.payloadBytes(), pages);
        for (int i = 0; i < p.normalPages(); i++) {
            batch.raw(
                    block,
                    p.pageOffset(i),
                    1,
                    PageKind.MULTIFD,
                    pages,
                    i * pageSize,
                    pageSize,
                    from);
        }
        batch.flush();
    }

    private PayloadDecoder decoder(MultiFdPacket p, MultiFdCompression method) throws IOException {
        return switch (method) {
            case ZLIB -> new ZlibPayloads();
            case ZSTD -> new ZstdPayloads();
            case NONE, QPL, UADK, QATZIP ->
                    throw in.unsupported(
                            p.at() + 8,
                            "multifd compression " + method.parameter() + " cannot be read");
        };
    }

    /** Frees the decompressor; the input is whoever opened it's to close. */
    @Override
    public void close() {
        if (decoder != null) {
            decoder.close();
        }
    }
}
