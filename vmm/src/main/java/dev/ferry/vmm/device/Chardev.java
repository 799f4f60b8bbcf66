package dev.ferry.vmm.device;

/** The host's end of a serial line: a file, a socket, a terminal, nothing. */
public interface Chardev extends AutoCloseable {

    /** A sink that nothing comes from. */
    Chardev NULL =
            new Chardev() {
                @Override
                public void write(int value) {}

                @Override
                public void receiver(Receiver receiver) {}

                @Override
                public void close() {}
            };

    /** Who takes what is typed. */
    interface Receiver {
        /** Bytes there is room for; 0 until {@link Chardev#ready}. */
        int room();

        /** One byte from the host. Called by any thread. */
        void receive(int value);
    }

    /** One byte from the guest, 0 to 255. Does not block for long, and never throws. */
    void write(int value);

    /** Where input goes from now on. */
    void receiver(Receiver receiver);

    /** The receiver has room again. */
    default void ready() {}

    @Override
    void close();
}
