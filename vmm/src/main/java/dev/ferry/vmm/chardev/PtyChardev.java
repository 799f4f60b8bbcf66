package dev.ferry.vmm.chardev;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;

/**
 * A pseudo-terminal, which a terminal program opens by its {@link #name}.
 *
 * <p>Source: QEMU chardev/char-pty.c.
 */
public final class PtyChardev extends StreamChardev {

    private final int master;
    private final String name;

    /** Keeps the other end open, or reading would fail until and after somebody has it open. */
    private final RandomAccessFile slave;

    private PtyChardev(int master, String name, RandomAccessFile slave) {
        super("pty", new Input(master), new Output(master));
        this.master = master;
        this.name = name;
        this.slave = slave;
    }

    static PtyChardev open() throws IOException {
        int master = PtyCalls.open();
        try {
            String name = PtyCalls.name(master);
            return new PtyChardev(master, name, new RandomAccessFile(name, "rw"));
        } catch (IOException | RuntimeException | Error e) {
            PtyCalls.close(master);
            throw e;
        }
    }

    /** Such as {@code /dev/pts/3}. */
    public String name() {
        return name;
    }

    @Override
    public void close() {
        super.close();
        try {
            slave.close();
        } catch (IOException e) {
            // Nothing is buffered.
        }
        // With nobody at the other end this also ends the read that is under way.
        PtyCalls.close(master);
    }

    private static final class Input extends InputStream {
        private final int master;

        Input(int master) {
            this.master = master;
        }

        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            return PtyCalls.read(master, into, offset, length);
        }
    }

    private static final class Output extends OutputStream {
        private final int master;

        Output(int master) {
            this.master = master;
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            PtyCalls.write(master, from, offset, length);
        }
    }
}
