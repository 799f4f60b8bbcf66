package dev.ferry.vmm.chardev;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** One connection of a {@link SocketChardev}. */
final class SocketPeer implements AutoCloseable {

    private static final int PIECE_BYTES = 4096;

    private final SocketChannel channel;
    private final OutputQueue out;

    SocketPeer(SocketChannel channel) {
        this.channel = channel;
        this.out = new OutputQueue("socket output", new Writer(channel));
    }

    /** Reads until the peer leaves or the gate closes. */
    void read(InputGate gate) throws IOException {
        byte[] piece = new byte[PIECE_BYTES];
        ByteBuffer buffer = ByteBuffer.wrap(piece);
        for (int got = channel.read(buffer); got >= 0; got = channel.read(buffer)) {
            if (!gate.deliver(piece, got)) {
                return;
            }
            buffer.clear();
        }
    }

    void write(int value) {
        out.write(value);
    }

    @Override
    public void close() {
        out.close();
        try {
            channel.close();
        } catch (IOException e) {
            // It is gone.
        }
    }

    /** {@link java.nio.channels.Channels} would have a reader keep a writer waiting. */
    private static final class Writer extends OutputStream {
        private final SocketChannel channel;

        Writer(SocketChannel channel) {
            this.channel = channel;
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        }
    }
}
