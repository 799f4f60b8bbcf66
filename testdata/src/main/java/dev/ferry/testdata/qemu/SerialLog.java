package dev.ferry.testdata.qemu;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * What a guest prints on its first serial port, from the start of its process; and what is typed
 * there.
 */
public final class SerialLog implements AutoCloseable {
    private final SocketChannel channel;
    private final Supplier<String> circumstances;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition more = lock.newCondition();
    private final StringBuilder text = new StringBuilder();
    private boolean ended;

    private SerialLog(SocketChannel channel, Supplier<String> circumstances) {
        this.channel = channel;
        this.circumstances = circumstances;
    }

    static SerialLog open(SocketChannel channel, Supplier<String> circumstances) {
        SerialLog log = new SerialLog(channel, circumstances);
        Thread.ofVirtual().name("serial").start(log::readAll);
        return log;
    }

    /** Everything printed up to now; each byte is one character. */
    public String text() {
        lock.lock();
        try {
            return text.toString();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until that many characters have been printed in all.
     *
     * @return everything printed, at least {@code length} characters
     */
    public String awaitLength(int length) throws IOException {
        Deadline deadline = Deadline.start();
        lock.lock();
        try {
            while (text.length() < length) {
                if (ended) {
                    throw new IOException(message(length, "QEMU is gone"));
                }
                if (!deadline.await(more)) {
                    throw new IOException(
                            message(length, "no more in " + Deadline.PATIENCE.toSeconds() + " s"));
                }
            }
            return text.toString();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until that many characters have been printed in all.
     *
     * @return exactly these, whatever has come after them
     */
    public String awaitFirst(int length) throws IOException {
        return awaitLength(length).substring(0, length);
    }

    /**
     * Waits for that many more characters than there are now.
     *
     * @return exactly these
     */
    public String awaitMore(int count) throws IOException {
        int before = text().length();
        return awaitLength(before + count).substring(before, before + count);
    }

    /** Waits until a text has been printed, and returns everything printed up to its end. */
    public String awaitText(String wanted) throws IOException {
        return awaitText(wanted, 0);
    }

    /**
     * Waits until a text has been printed behind the first so many characters.
     *
     * @return everything printed up to its end
     */
    public String awaitText(String wanted, int from) throws IOException {
        String printed = awaitLength(from + wanted.length());
        int at = printed.indexOf(wanted, from);
        while (at < 0) {
            printed = awaitLength(printed.length() + 1);
            at = printed.indexOf(wanted, from);
        }
        return printed.substring(0, at + wanted.length());
    }

    /** Types something for the guest; each character is one byte. */
    public void type(String typed) throws IOException {
        ByteBuffer bytes = StandardCharsets.ISO_8859_1.encode(typed);
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private String message(int length, String reason) {
        return "serial port: expected "
                + length
                + " characters, found '"
                + text
                + "', "
                + reason
                + circumstances.get();
    }

    private void readAll() {
        ByteBuffer buffer = ByteBuffer.allocate(4096);
        try {
            while (channel.read(buffer) >= 0) {
                buffer.flip();
                append(StandardCharsets.ISO_8859_1.decode(buffer).toString());
                buffer.clear();
            }
        } catch (IOException e) {
            // Closed by us, or reset because QEMU ended: either way there is no more to come.
        } finally {
            lock.lock();
            try {
                ended = true;
                more.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    private void append(String printed) {
        lock.lock();
        try {
            text.append(printed);
            more.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
