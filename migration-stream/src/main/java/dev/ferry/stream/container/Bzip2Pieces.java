package dev.ferry.stream.container;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;

/**
 * bzip2 streams of one block each, as pbzip2 writes them.
 *
 * <p>The blocks are of level 5. {@code bzip2}'s own 9 takes nearly twice the memory for each
 * worker, and guests' RAM, whose pages have little to do with each other, packs no better with it.
 */
final class Bzip2Pieces implements PieceFormat {

    /** In 100 kB. */
    private static final int LEVEL = 5;

    /** A block takes 20 bytes less than its nominal size, and runs of four take one more. */
    private static final int PIECE = LEVEL * 100_000 - 1000;

    @Override
    public int pieceBytes() {
        return PIECE;
    }

    /**
     * bzip2's own bound: a hundredth and 600 bytes; data of nothing but short runs has two blocks.
     */
    @Override
    public int packedBytes() {
        return PIECE + PIECE / 50 + 4096;
    }

    @Override
    public int packerBytes() {
        return 6 << 20;
    }

    @Override
    public boolean direct() {
        return false;
    }

    @Override
    public boolean emptyStreamHasPiece() {
        return true;
    }

    @Override
    public Packer newPacker() {
        return Bzip2Pieces::pack;
    }

    private static void pack(ByteBuffer piece, ByteBuffer packed) throws IOException {
        try (BZip2CompressorOutputStream bzip2 =
                new BZip2CompressorOutputStream(new BufferOutputStream(packed), LEVEL)) {
            bzip2.write(piece.array(), piece.arrayOffset() + piece.position(), piece.remaining());
        }
        GarbageBound.check();
    }
}
