package dev.ferry.stream.container;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.tukaani.xz.ArrayCache;
import org.tukaani.xz.BasicArrayCache;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZ;
import org.tukaani.xz.XZOutputStream;

/**
 * xz streams of one block each, of level 3, which is what libvirt asks for.
 *
 * <p>That level's dictionary is 4 MiB, and each worker's memory nearly eight times the dictionary.
 * With one of 1 MiB four workers fit into the memory of one, each is twice as fast, and RAM of
 * guests packs about a twentieth worse than by {@code xz -3}.
 */
final class XzPieces implements PieceFormat {

    private static final int LEVEL = 3;

    /** Also the dictionary: nothing reaches back further than the piece. */
    private static final int PIECE = 1 << 20;

    @Override
    public int pieceBytes() {
        return PIECE;
    }

    /** LZMA2 stores what does not shrink, with 3 bytes for each 64 KiB. */
    @Override
    public int packedBytes() {
        return PIECE + PIECE / 1024 + 1024;
    }

    @Override
    public int packerBytes() {
        return 9 << 20;
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
        return new Stream();
    }

    private static final class Stream implements Packer {

        /** Keeps the encoder's tables from one stream to the next. */
        private final ArrayCache tables = new BasicArrayCache();

        @Override
        public void pack(ByteBuffer piece, ByteBuffer packed) throws IOException {
            LZMA2Options options = new LZMA2Options(LEVEL);
            options.setDictSize(PIECE);
            try (XZOutputStream xz =
                    new XZOutputStream(
                            new BufferOutputStream(packed), options, XZ.CHECK_CRC64, tables)) {
                xz.write(piece.array(), piece.arrayOffset() + piece.position(), piece.remaining());
            }
        }
    }
}
