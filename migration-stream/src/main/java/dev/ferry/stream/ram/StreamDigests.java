package dev.ferry.stream.ram;

import java.io.Closeable;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * SHA-256 of blocks straight from the stream, without putting guest memory together: as fast as the
 * hash, and in a few buffers. It works for blocks whose pages come once and in order, as they do
 * from a guest that stood still, and in every mapped-ram file. The others it {@linkplain #digests()
 * leaves out}: they need a {@link RamImage}.
 */
public final class StreamDigests implements PageSink, Closeable {

    private static final int BUFFER = 1 << 20;
    private static final int BUFFERS = 6;

    private final List<Block> blocks = new ArrayList<>();
    private final BlockingQueue<byte[]> free = new ArrayBlockingQueue<>(BUFFERS);
    private final ExecutorService workers = Sha256.workers();
    private @Nullable Block current;
    private int made;

    public StreamDigests() {}

    @Override
    public void blocks(List<RamBlock> list, int pageSize) {
        for (RamBlock block : list) {
            if (block.index() >= blocks.size()) {
                blocks.add(new Block(block));
            }
        }
    }

    @Override
    public void pages(PageRun run) {
        Block block = blocks.get(run.block().index());
        if (block != current) {
            // Only one block gathers at a time, so that the buffers always suffice.
            if (current != null) {
                current.flush();
            }
            current = block;
        }
        block.take(run);
    }

    @Override
    public void discard(RamBlock block, long start, long length) {
        blocks.get(block.index()).giveUp();
    }

    /**
     * The digests of the blocks whose pages came once and in order; to be asked for when all pages
     * have come.
     */
    public Map<RamBlock, byte[]> digests() {
        return digests(block -> true);
    }

    /** As {@link #digests()}, of some blocks only. */
    public Map<RamBlock, byte[]> digests(Predicate<RamBlock> wanted) {
        Map<RamBlock, CompletableFuture<byte[]>> pending = new LinkedHashMap<>();
        for (Block block : blocks) {
            if (!block.givenUp && wanted.test(block.block)) {
                pending.put(block.block, block.end());
            }
        }
        Map<RamBlock, byte[]> digests = new LinkedHashMap<>();
        pending.forEach((block, digest) -> digests.put(block, digest.join()));
        return digests;
    }

    @Override
    public void close() {
        workers.shutdownNow();
    }

    private byte[] buffer() {
        byte[] buffer = free.poll();
        if (buffer != null) {
            return buffer;
        }
        if (made < BUFFERS) {
            made++;
            return new byte[BUFFER];
        }
        try {
            return free.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while hashing", e);
        }
    }

    /** One block's chain of work. Owned by the reading thread but for the digest itself. */
    private final class Block {
        private final RamBlock block;
        private final MessageDigest digest = Sha256.start();
        private CompletableFuture<Boolean> last = CompletableFuture.completedFuture(true);

        /** What is gathered for the next piece of work; none at first. */
        private byte[] pending = new byte[0];

        private int filled;

        /** Bytes of the block that came so far, in order. */
        private long arrived;

        private boolean givenUp;

        Block(RamBlock block) {
            this.block = block;
        }

        void take(PageRun run) {
            if (givenUp) {
                return;
            }
            boolean content =
                    run.encoding() == PageRun.Encoding.RAW
                            || run.encoding() == PageRun.Encoding.FILL;
            // A mapped-ram file has each page once, in its place: what is left out is zero.
            boolean inOrder =
                    run.offset() == arrived
                            || (run.offset() > arrived && run.kind() == PageKind.MAPPED);
            if (!content || !inOrder) {
                giveUp();
                return;
            }
            fill((byte) 0, run.offset() - arrived);
            if (run.encoding() == PageRun.Encoding.FILL) {
                fill((byte) run.fill(), (long) run.count() * run.pageSize());
            } else {
                raw(run);
            }
        }

        private void raw(PageRun run) {
            MemorySegment source = run.segment();
            long from = run.dataIndex();
            for (int i = 0; i < run.count(); i++) {
                room(run.pageSize());
                MemorySegment.copy(
                        source, ValueLayout.JAVA_BYTE, from, pending, filled, run.pageSize());
                filled += run.pageSize();
                from += run.stride();
            }
            arrived += (long) run.count() * run.pageSize();
        }

        private void fill(byte value, long length) {
            for (long left = length; left > 0; ) {
                room(1);
                int n = (int) Math.min(left, pending.length - filled);
                Arrays.fill(pending, filled, filled + n, value);
                filled += n;
                left -= n;
            }
            arrived += length;
        }

        /** Makes room for {@code bytes} more. */
        private void room(int bytes) {
            if (pending.length - filled < bytes) {
                flush();
                pending = buffer();
            }
        }

        private void flush() {
            if (filled > 0) {
                byte[] piece = pending;
                int length = filled;
                last =
                        last.thenApplyAsync(
                                hashed -> {
                                    digest.update(piece, 0, length);
                                    return free.offer(piece);
                                },
                                workers);
            } else if (pending.length > 0) {
                free.add(pending);
            }
            pending = new byte[0];
            filled = 0;
        }

        void giveUp() {
            if (!givenUp) {
                givenUp = true;
                filled = 0;
                flush();
            }
        }

        CompletableFuture<byte[]> end() {
            fill((byte) 0, block.usedLength() - arrived);
            flush();
            return last.thenApplyAsync(hashed -> digest.digest(), workers);
        }
    }
}
