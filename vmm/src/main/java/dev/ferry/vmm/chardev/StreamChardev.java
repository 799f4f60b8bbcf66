package dev.ferry.vmm.chardev;

import dev.ferry.vmm.device.Chardev;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Bytes to one stream and from another, by a thread each. */
class StreamChardev implements Chardev {

    private static final int PIECE_BYTES = 4096;

    private final InputStream in;
    private final OutputQueue out;
    private final InputGate gate = new InputGate();

    StreamChardev(String name, InputStream in, OutputStream out) {
        this.in = in;
        this.out = new OutputQueue(name + " output", out);
        // A daemon: nothing ends a read of a terminal but a key.
        Thread.ofPlatform().daemon().name(name + " input").start(this::read);
    }

    private void read() {
        byte[] piece = new byte[PIECE_BYTES];
        try {
            for (int got = in.read(piece); got >= 0; got = in.read(piece)) {
                if (!gate.deliver(piece, got)) {
                    return;
                }
            }
        } catch (IOException e) {
            // Closed, or broken: no more input.
        }
    }

    @Override
    public void write(int value) {
        out.write(value);
    }

    @Override
    public void receiver(Receiver receiver) {
        gate.receiver(receiver);
    }

    @Override
    public void ready() {
        gate.ready();
    }

    @Override
    public void close() {
        gate.close();
        out.close();
    }
}
