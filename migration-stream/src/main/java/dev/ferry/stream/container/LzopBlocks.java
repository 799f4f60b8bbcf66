package dev.ferry.stream.container;

import io.airlift.compress.v3.lzo.LzoCompressor;
import java.nio.ByteBuffer;
import java.util.zip.Adler32;

/**
 * One {@link LzopMember} of {@code lzop}'s own level: blocks of 256 KiB, packed with LZO1X-1 by
 * aircompressor, each with the Adler32 of its unpacked bytes.
 */
final class LzopBlocks implements PieceFormat {

    private static final int PIECE = 256 << 10;
    private static final int BLOCK_HEADER = 12;

    private static final LzoCompressor BOUND = new LzoCompressor();

    @Override
    public int pieceBytes() {
        return PIECE;
    }

    @Override
    public int packedBytes() {
        return BLOCK_HEADER + BOUND.maxCompressedLength(PIECE);
    }

    @Override
    public int packerBytes() {
        return 64 << 10;
    }

    @Override
    public boolean direct() {
        return false;
    }

    @Override
    public boolean emptyStreamHasPiece() {
        return false;
    }

    @Override
    public byte[] head() {
        return LzopHeader.ofStandardInput();
    }

    /** A block of no bytes ends the member. */
    @Override
    public byte[] tail() {
        return new byte[4];
    }

    @Override
    public Packer newPacker() {
        return new Block();
    }

    private static final class Block implements Packer {

        private final LzoCompressor lzo = new LzoCompressor();
        private final Adler32 adler = new Adler32();

        @Override
        public void pack(ByteBuffer piece, ByteBuffer packed) {
            int length = piece.remaining();
            int body = packed.position() + BLOCK_HEADER;
            int packedLength =
                    lzo.compress(
                            piece.array(),
                            piece.arrayOffset() + piece.position(),
                            length,
                            packed.array(),
                            packed.arrayOffset() + body,
                            packed.limit() - body);
            adler.reset();
            adler.update(piece.duplicate());
            packed.putInt(length)
                    .putInt(Math.min(packedLength, length))
                    .putInt((int) adler.getValue());
            if (packedLength < length) {
                packed.position(body + packedLength);
            } else {
                packed.put(piece);
            }
        }
    }
}
