package dev.ferry.stream.container;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** gzip members (RFC 1952) of {@code gzip}'s own level, without name and time. */
final class GzipPieces implements PieceFormat {

    private static final int LEVEL = 6;

    /** Matches reach back 32 KiB, so little is lost at the border of a member of this size. */
    private static final int PIECE = 512 << 10;

    private static final byte[] HEADER = {
        0x1f,
        (byte) 0x8b,
        8, // deflate
        0, // no optional fields
        0,
        0,
        0,
        0, // no time
        0, // no remark on the level
        3, // Unix
    };

    @Override
    public int pieceBytes() {
        return PIECE;
    }

    /** A stored block costs 5 bytes and holds some KiB. */
    @Override
    public int packedBytes() {
        return PIECE + PIECE / 256 + 64;
    }

    @Override
    public int packerBytes() {
        return 300 << 10;
    }

    @Override
    public boolean direct() {
        return true;
    }

    @Override
    public boolean emptyStreamHasPiece() {
        return true;
    }

    @Override
    public Packer newPacker() {
        return new Member();
    }

    private static final class Member implements Packer {

        private final Deflater deflater = new Deflater(LEVEL, true);
        private final CRC32 crc = new CRC32();

        @Override
        public void pack(ByteBuffer piece, ByteBuffer packed) {
            int length = piece.remaining();
            packed.put(HEADER);
            crc.reset();
            crc.update(piece.duplicate());
            deflater.reset();
            deflater.setInput(piece);
            deflater.finish();
            while (!deflater.finished()) {
                if (deflater.deflate(packed) == 0 && !deflater.finished()) {
                    throw new IllegalStateException("deflate needs more room than it may");
                }
            }
            packed.order(ByteOrder.LITTLE_ENDIAN).putInt((int) crc.getValue()).putInt(length);
        }

        @Override
        public void close() {
            deflater.end();
        }
    }
}
