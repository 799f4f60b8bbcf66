package dev.ferry.tools.bench;

import dev.ferry.sev.SevException;

/** Pages being sealed or opened, over and over. */
interface PacketWork extends AutoCloseable {

    /**
     * Some of it, or the start of some.
     *
     * @return how many bytes of plaintext
     */
    long run(boolean seal) throws SevException;

    /** Waits for what was started. */
    void finish() throws SevException;

    /** The clock to time it by, in nanoseconds: openssl's own for as many cores. */
    long now();

    @Override
    void close();
}
