package dev.ferry.vmm.chardev;

import dev.ferry.vmm.device.Chardev;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.Path;

/**
 * What a character device is to be.
 *
 * <p>Source: QEMU qapi/char.json, ChardevBackend.
 */
public sealed interface ChardevSpec {

    /**
     * Makes it.
     *
     * @throws IOException if its file, socket or terminal cannot be had
     */
    Chardev open() throws IOException;

    /** Discards. */
    record Null() implements ChardevSpec {
        @Override
        public Chardev open() {
            return Chardev.NULL;
        }
    }

    /**
     * A file that each byte is in as soon as the guest has written it.
     *
     * @param append whether what is in the file stays
     */
    record ToFile(Path path, boolean append) implements ChardevSpec {
        @Override
        public Chardev open() throws IOException {
            return new FileChardev(path, append);
        }
    }

    /**
     * Standard input and output. If they are a terminal, each key goes to the guest at once and is
     * not echoed.
     *
     * @param signals whether Ctrl-C still interrupts the process rather than go to the guest
     */
    record Stdio(boolean signals) implements ChardevSpec {
        @Override
        public Chardev open() {
            return StdioChardev.open(signals);
        }
    }

    /**
     * A stream socket, one peer at a time.
     *
     * @param address where to listen or connect to
     * @param server whether to listen
     * @param await whether a listening one waits for its first peer before the machine is made
     * @param reconnectMillis after how long a client tries again, or 0 for never
     */
    record Socket(SocketAddress address, boolean server, boolean await, long reconnectMillis)
            implements ChardevSpec {
        @Override
        public Chardev open() throws IOException {
            return SocketChardev.open(this);
        }
    }

    /** Named pipes: {@code path.in} and {@code path.out}, or one file for both directions. */
    record Pipe(Path path) implements ChardevSpec {
        @Override
        public Chardev open() throws IOException {
            return PipeChardev.open(path);
        }
    }

    /** A new pseudo-terminal. */
    record Pty() implements ChardevSpec {
        @Override
        public PtyChardev open() throws IOException {
            return PtyChardev.open();
        }
    }

    /**
     * Memory that keeps the last bytes.
     *
     * @param bytes a power of two
     */
    record RingBuffer(int bytes) implements ChardevSpec {
        @Override
        public Chardev open() {
            return new RingBufferChardev(bytes);
        }
    }
}
