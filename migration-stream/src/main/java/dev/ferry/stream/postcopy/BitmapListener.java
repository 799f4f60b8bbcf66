package dev.ferry.stream.postcopy;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Takes the bitmaps that a destination sends when postcopy is recovered: bit p is page p. */
public interface BitmapListener {

    /**
     * A bitmap begins.
     *
     * @param bytes its length
     */
    void begin(String block, long bytes) throws IOException;

    /**
     * A piece of it.
     *
     * @param piece holds it between position and limit; valid during the call only, and to be left
     *     as it is
     */
    void piece(ByteBuffer piece) throws IOException;

    /** Drops them. */
    BitmapListener NONE =
            new BitmapListener() {
                @Override
                public void begin(String block, long bytes) {}

                @Override
                public void piece(ByteBuffer piece) {}
            };
}
