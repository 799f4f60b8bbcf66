package dev.ferry.stream.live;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Takes the records of live sections while these are read. {@link LiveSectionWriter} is one: what
 * is told to it, it writes.
 */
public interface LiveListener {

    /** Whether records and contents are wanted; if not, contents are passed over. */
    default boolean wantsContents() {
        return true;
    }

    /** A record; its content follows, {@link LiveRecord#contentBytes} in all. */
    void record(LiveRecord record) throws IOException;

    /**
     * A piece of content.
     *
     * @param piece holds it between position and limit; valid during the call only, and to be left
     *     as it is
     */
    void content(ByteBuffer piece) throws IOException;

    /** Wants nothing. */
    LiveListener NONE =
            new LiveListener() {
                @Override
                public boolean wantsContents() {
                    return false;
                }

                @Override
                public void record(LiveRecord record) {}

                @Override
                public void content(ByteBuffer piece) {}
            };
}
