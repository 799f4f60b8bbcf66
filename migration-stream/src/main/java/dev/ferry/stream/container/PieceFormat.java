package dev.ferry.stream.container;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A compressed format of pieces that are packed each on its own, so that many can be packed at
 * once: members, streams or blocks that readers take one after the other.
 */
interface PieceFormat {

    /** The most unpacked bytes of a piece. */
    int pieceBytes();

    /** What the worst such piece becomes at most. */
    int packedBytes();

    /** Roughly the memory that a {@link Packer} holds beside the pieces. */
    int packerBytes();

    /** Whether pieces lie outside the heap, for a library in native code. */
    boolean direct();

    /** Whether a stream without a byte still has one piece, an empty one. */
    boolean emptyStreamHasPiece();

    /** What precedes the first piece. */
    default byte[] head() {
        return new byte[0];
    }

    /** What follows the last piece. */
    default byte[] tail() {
        return new byte[0];
    }

    Packer newPacker();

    /** Packs one piece after the other; for one thread at a time. */
    interface Packer extends Closeable {

        /** Appends to {@code packed} what remains of {@code piece} becomes. */
        void pack(ByteBuffer piece, ByteBuffer packed) throws IOException;

        @Override
        default void close() {}
    }
}
