package dev.ferry.stream.postcopy;

import dev.ferry.stream.io.WireOutput;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Writes a return path, destination to source; the counterpart of {@link ReturnPathReader}.
 *
 * <p>Source: QEMU migration/migration.c, migrate_send_rp_message and the functions before it.
 */
public final class ReturnPathWriter {

    private final WireOutput out;
    private String lastBlock = "";
    private long missing;

    /** Writes to {@code out}. */
    public ReturnPathWriter(WireOutput out) {
        this.out = out;
    }

    /**
     * Writes a message as it says. Of a {@link ReturnPathMessage.ReceivedBitmap} this is the part
     * before the bitmap: {@link #bitmap} must follow until all its bytes are there.
     *
     * @throws IllegalArgumentException if a name is longer than 255 bytes or a number does not fit
     * @throws IllegalStateException if a bitmap is not complete, or a request names no block and
     *     none was named before
     */
    public void message(ReturnPathMessage message) throws IOException {
        if (missing != 0) {
            throw new IllegalStateException(missing + " bytes of the bitmap were not written");
        }
        switch (message) {
            case ReturnPathMessage.Shut shut -> u32(1, shut.error());
            case ReturnPathMessage.Pong pong -> u32(2, pong.value());
            case ReturnPathMessage.RequestPages request -> request(request);
            case ReturnPathMessage.ReceivedBitmap bitmap -> {
                byte[] name = CommandEncoder.Names.bytes("block name", bitmap.block());
                head(5, 1 + name.length);
                out.u8(name.length);
                out.bytes(name);
                out.u64(bitmap.bitmapBytes());
                missing = bitmap.bitmapBytes();
                endBitmap();
                return;
            }
            case ReturnPathMessage.ResumeAck ack -> u32(6, ack.value());
            case ReturnPathMessage.SwitchoverAck _ -> head(7, 0);
        }
    }

    /** Asks for pages; names the block only if the request before was for another, as QEMU does. */
    public void requestPages(String block, long start, long length) throws IOException {
        message(
                new ReturnPathMessage.RequestPages(
                        0, start, length, block, !block.equals(lastBlock)));
    }

    /** Writes bytes of the bitmap that was begun; with the last ones its end mark. */
    public void bitmap(ByteBuffer piece) throws IOException {
        if (piece.remaining() > missing) {
            throw new IllegalArgumentException(
                    piece.remaining() + " bytes of a bitmap, " + missing + " are missing");
        }
        missing -= piece.remaining();
        out.bytes(piece, piece.position(), piece.remaining());
        endBitmap();
    }

    private void endBitmap() throws IOException {
        if (missing == 0) {
            out.u64(ReturnPathReader.RAMBLOCK_RECV_BITMAP_ENDING);
        }
    }

    private void request(ReturnPathMessage.RequestPages request) throws IOException {
        if (request.length() >>> 32 != 0) {
            throw new IllegalArgumentException("request for " + request.length() + " bytes");
        }
        if (request.named()) {
            byte[] name = CommandEncoder.Names.bytes("block name", request.block());
            head(3, 12 + 1 + name.length);
            out.u64(request.start());
            out.u32(request.length());
            out.u8(name.length);
            out.bytes(name);
            lastBlock = request.block();
            return;
        }
        if (!request.block().equals(lastBlock)) {
            throw new IllegalStateException(
                    "a request for '"
                            + request.block()
                            + "' that does not name it, after one for '"
                            + lastBlock
                            + "'");
        }
        head(4, 12);
        out.u64(request.start());
        out.u32(request.length());
    }

    private void u32(int type, long value) throws IOException {
        if (value >>> 32 != 0) {
            throw new IllegalArgumentException("value " + value + " does not fit 32 bits");
        }
        head(type, 4);
        out.u32(value);
    }

    private void head(int type, int length) throws IOException {
        out.u16(type);
        out.u16(length);
    }
}
