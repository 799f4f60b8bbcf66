package dev.ferry.stream.ram;

import java.io.IOException;

/** Told about the main channel's markers that order it against other channels. */
public interface RamSync {

    /** A MULTIFD_FLUSH record was read. */
    void onFlush() throws IOException;

    /** An EOS record was read. */
    void onEos() throws IOException;

    /** For channels that nothing waits for. */
    RamSync NONE =
            new RamSync() {
                @Override
                public void onFlush() {}

                @Override
                public void onEos() {}
            };
}
