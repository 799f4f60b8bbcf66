package dev.ferry.stream.postcopy;

import dev.ferry.stream.Limits;
import dev.ferry.stream.io.WireInput;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Reads a recorded return path message by message. */
public final class ReturnPathReader {

    /** What a source reads at most. */
    private static final int MAX_PAYLOAD = 512;

    static final long RAMBLOCK_RECV_BITMAP_ENDING = 0x0123456789abcdefL;

    private final WireInput in;
    private final Limits limits;
    private final BitmapListener bitmaps;
    private String lastBlock = "";

    /** Reads {@code in}, which remains whoever opened it's to close. */
    public ReturnPathReader(WireInput in, Limits limits) {
        this(in, limits, BitmapListener.NONE);
    }

    /**
     * As the other one.
     *
     * @param bitmaps takes received bitmaps, before the message they belong to is returned
     */
    public ReturnPathReader(WireInput in, Limits limits, BitmapListener bitmaps) {
        this.in = in;
        this.limits = limits;
        this.bitmaps = bitmaps;
    }

    /** The next message, or null at the end of the recording. */
    public @Nullable ReturnPathMessage next() throws IOException {
        if (in.atEnd()) {
            return null;
        }
        long at = in.offset();
        in.enter("return path message");
        int type = in.u16("message type");
        int length = in.u16("message length");
        if (length > MAX_PAYLOAD) {
            throw in.malformed(
                    at + 2,
                    "message length: expected at most " + MAX_PAYLOAD + ", found " + length);
        }
        long outer = in.confine(length, "message");
        ReturnPathMessage message = payload(at, type, length);
        if (in.regionRemaining() > 0) {
            throw in.malformed(
                    at + 2,
                    "message length: type "
                            + type
                            + " has "
                            + (length - in.regionRemaining())
                            + " bytes, found "
                            + length);
        }
        in.release(outer);
        if (message instanceof ReturnPathMessage.ReceivedBitmap bitmap) {
            message = bitmap(bitmap);
        }
        in.leave();
        return message;
    }

    private ReturnPathMessage payload(long at, int type, int length) throws IOException {
        return switch (type) {
            case 1 -> new ReturnPathMessage.Shut(at, in.u32("SHUT"));
            case 2 -> new ReturnPathMessage.Pong(at, in.u32("PONG"));
            case 3 -> {
                long start = in.u64("requested start");
                long bytes = in.u32("requested length");
                lastBlock = in.str8("requested block");
                yield new ReturnPathMessage.RequestPages(at, start, bytes, lastBlock, true);
            }
            case 4 -> {
                if (lastBlock.isEmpty()) {
                    throw in.malformed(at, "requested pages: no block was named before");
                }
                yield new ReturnPathMessage.RequestPages(
                        at,
                        in.u64("requested start"),
                        in.u32("requested length"),
                        lastBlock,
                        false);
            }
            case 5 -> new ReturnPathMessage.ReceivedBitmap(at, in.str8("block"), 0, 0);
            case 6 -> new ReturnPathMessage.ResumeAck(at, in.u32("RESUME_ACK"));
            case 7 -> new ReturnPathMessage.SwitchoverAck(at);
            default ->
                    throw in.malformed(
                            at,
                            "return path message: expected a type from 1 to 7, found "
                                    + type
                                    + " of "
                                    + length
                                    + " bytes");
        };
    }

    private ReturnPathMessage bitmap(ReturnPathMessage.ReceivedBitmap message) throws IOException {
        long sizeAt = in.offset();
        long size = in.u64("received bitmap's size");
        if (size < 0 || size > limits.deviceBytes()) {
            throw in.exceeds(sizeAt, "received bitmap's size", size, limits.deviceBytes());
        }
        long set = 0;
        bitmaps.begin(message.block(), size);
        for (long left = size; left > 0; ) {
            ByteBuffer b = in.window(1, "received bitmap");
            int n = (int) Math.min(left, b.remaining());
            int limit = b.limit();
            bitmaps.piece(b.limit(b.position() + n));
            b.limit(limit);
            for (int i = 0; i < n; i++) {
                set += Integer.bitCount(b.get() & 0xff);
            }
            left -= n;
        }
        long markAt = in.offset();
        long mark = in.u64("received bitmap's end mark");
        if (mark != RAMBLOCK_RECV_BITMAP_ENDING) {
            throw in.malformed(
                    markAt,
                    "received bitmap's end mark: expected 0x123456789abcdef, found 0x"
                            + Long.toHexString(mark));
        }
        return new ReturnPathMessage.ReceivedBitmap(message.at(), message.block(), size, set);
    }
}
