package dev.ferry.stream.io;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Writes full buffers to a channel in a thread of its own, in their order, while the next ones are
 * filled. For use by one thread, whose failure to write is told by the next call.
 */
final class BackgroundWriter {

    private static final int BUFFERS = 4;

    private final WritableByteChannel channel;
    private final BlockingQueue<ByteBuffer> free = new ArrayBlockingQueue<>(BUFFERS);
    private final BlockingQueue<ByteBuffer> full = new ArrayBlockingQueue<>(BUFFERS + 1);
    private final ByteBuffer end = ByteBuffer.allocate(0);
    private int allocated = 1;
    private int underWay;
    private volatile @Nullable IOException failure;

    BackgroundWriter(WritableByteChannel channel) {
        this.channel = channel;
        Thread.ofPlatform().daemon().name("stream writer").start(this::writeAll);
    }

    /** Takes a buffer, ready to be read, and gives an empty one for it. */
    ByteBuffer exchange(ByteBuffer filled) throws IOException {
        rethrow();
        // Never more than there are buffers.
        full.add(filled);
        underWay++;
        ByteBuffer next = free.poll();
        if (next == null && allocated < BUFFERS) {
            allocated++;
            return ByteBuffer.allocateDirect(filled.capacity()).order(ByteOrder.BIG_ENDIAN);
        }
        if (next == null) {
            next = take();
        }
        underWay--;
        rethrow();
        return next;
    }

    /** Waits until everything is written. */
    void await() throws IOException {
        ByteBuffer[] back = new ByteBuffer[underWay];
        for (int i = 0; i < back.length; i++) {
            back[i] = take();
        }
        for (ByteBuffer buffer : back) {
            free.add(buffer);
        }
        rethrow();
    }

    private ByteBuffer take() throws IOException {
        try {
            return free.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while writing");
        }
    }

    private void writeAll() {
        try {
            for (ByteBuffer b = full.take(); b != end; b = full.take()) {
                if (failure == null) {
                    write(b);
                }
                free.add(b.clear());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(ByteBuffer bytes) {
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            failure = e;
        } catch (RuntimeException | Error e) {
            failure = new IOException("the output could not be written: " + e, e);
        }
    }

    private void rethrow() throws IOException {
        IOException e = failure;
        if (e != null) {
            throw e;
        }
    }

    /** Lets the thread go. */
    void stop() {
        full.add(end);
    }
}
