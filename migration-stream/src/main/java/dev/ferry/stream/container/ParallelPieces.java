package dev.ferry.stream.container;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Packs a stream on several threads, in pieces that leave in their order.
 *
 * <p>The pieces stand in a ring, twice as many as there are workers: the writing thread fills one
 * after the other, hands each to the workers, and when it comes round to one again, writes out what
 * became of it. That bounds the memory, keeps the order, and leaves all input and output to the
 * thread that writes.
 *
 * <p>An error of a worker or of the target is thrown by the call that meets it. After that the
 * stream is lost: {@link #close()} then only lets the workers go.
 */
final class ParallelPieces implements WritableByteChannel {

    /** The most memory that all workers and pieces of a stream may take. */
    private static final int MEMORY_BYTES = 72 << 20;

    private final PieceFormat format;
    private final WritableByteChannel target;
    private final ExecutorService workers;
    private final Queue<PieceFormat.Packer> idle = new ConcurrentLinkedQueue<>();
    private final Piece[] ring;
    private int filling;
    private boolean begun;
    private boolean failed;
    private boolean open = true;

    /**
     * @param threads how many workers are wanted; fewer run if their memory would be too much
     * @param target stays open
     */
    ParallelPieces(PieceFormat format, int threads, WritableByteChannel target) {
        this.format = format;
        this.target = target;
        int count = Math.clamp(threads, 1, affordable(format));
        this.workers =
                Executors.newFixedThreadPool(
                        count, Thread.ofPlatform().daemon().name("ferry-pack-", 0).factory());
        this.ring = new Piece[2 * count];
        for (int i = 0; i < ring.length; i++) {
            ring[i] = new Piece();
        }
    }

    private static int affordable(PieceFormat format) {
        int each = format.packerBytes() + 2 * (format.pieceBytes() + format.packedBytes());
        return Math.max(1, MEMORY_BYTES / each);
    }

    /** One place in the ring. */
    private final class Piece {

        private @Nullable ByteBuffer plain;
        private @Nullable ByteBuffer packed;
        private @Nullable Future<?> work;

        /** What the stream is written to; made when the stream first comes so far. */
        ByteBuffer plain() {
            if (plain == null) {
                plain = buffer(format.pieceBytes());
            }
            return plain;
        }

        private ByteBuffer buffer(int bytes) {
            return format.direct() ? ByteBuffer.allocateDirect(bytes) : ByteBuffer.allocate(bytes);
        }

        void submit() {
            ByteBuffer from = plain().flip();
            if (packed == null) {
                packed = buffer(format.packedBytes());
            }
            ByteBuffer to = packed;
            work =
                    workers.submit(() -> {
                        pack(from, to);
                        return null;
                    });
        }

        /** Waits for what was submitted, if anything was, and writes it out. */
        void emit() throws IOException {
            if (work == null || packed == null) {
                return;
            }
            await(work);
            work = null;
            drain(packed.flip());
            packed.clear();
            plain().clear();
        }
    }

    private void pack(ByteBuffer from, ByteBuffer to) throws IOException {
        PieceFormat.Packer packer = idle.poll();
        if (packer == null) {
            packer = format.newPacker();
        }
        try {
            packer.pack(from, to);
        } finally {
            idle.add(packer);
        }
    }

    private static void await(Future<?> work) throws IOException {
        try {
            work.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while packing");
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException cause -> throw cause;
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public int write(ByteBuffer src) throws IOException {
        if (!open) {
            throw new ClosedChannelException();
        }
        if (failed) {
            throw new IOException("packing has failed before");
        }
        int n = src.remaining();
        failed = true;
        while (src.hasRemaining()) {
            ByteBuffer plain = ring[filling].plain();
            int fit = Math.min(plain.remaining(), src.remaining());
            plain.put(plain.position(), src, src.position(), fit);
            plain.position(plain.position() + fit);
            src.position(src.position() + fit);
            if (!plain.hasRemaining()) {
                next();
            }
        }
        failed = false;
        return n;
    }

    /** Hands over the piece that was filled and goes to the next, which must be written out. */
    private void next() throws IOException {
        begin();
        ring[filling].submit();
        filling = (filling + 1) % ring.length;
        ring[filling].emit();
    }

    private void begin() throws IOException {
        if (!begun) {
            begun = true;
            drain(ByteBuffer.wrap(format.head()));
        }
    }

    private void drain(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            target.write(bytes);
        }
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    /** Writes out all that is left, unless the stream is lost, and ends the workers. */
    @Override
    public void close() throws IOException {
        if (!open) {
            return;
        }
        open = false;
        try {
            if (!failed) {
                finish();
            }
        } finally {
            workers.shutdownNow();
            workers.close();
            idle.forEach(PieceFormat.Packer::close);
        }
    }

    private void finish() throws IOException {
        if (ring[filling].plain().position() > 0 || (!begun && format.emptyStreamHasPiece())) {
            next();
        }
        begin();
        for (int i = 0; i < ring.length; i++) {
            ring[(filling + i) % ring.length].emit();
        }
        drain(ByteBuffer.wrap(format.tail()));
    }
}
