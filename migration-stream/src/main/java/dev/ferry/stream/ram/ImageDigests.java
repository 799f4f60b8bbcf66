package dev.ferry.stream.ram;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.function.Predicate;

/**
 * SHA-256 of the blocks of a {@link RamImage}, on all cores and while the image is still being
 * filled: a first pass over memory goes in order, so each block is hashed behind the pages that
 * have come. A block that is written again behind its digest is hashed anew at the end.
 */
public final class ImageDigests implements PageSink, Closeable {

    private static final int PIECE = 256 << 10;
    private static final byte[] ZEROS = new byte[64 << 10];

    /** A block is told of progress in steps of this many bytes; smaller ones wait for the end. */
    private static final long STEP = 4 << 20;

    private final RamImage image;
    private final ExecutorService workers = Sha256.workers();
    private final Map<Integer, Follower> followers = new HashMap<>();

    /** Fills {@code image} and hashes it; the image is whoever made it's to close. */
    public ImageDigests(RamImage image) {
        this.image = image;
    }

    @Override
    public long maxBytes() {
        return image.maxBytes();
    }

    @Override
    public void blocks(List<RamBlock> blocks, int pageSize) throws IOException {
        image.blocks(blocks, pageSize);
    }

    @Override
    public void discard(RamBlock block, long start, long length) {
        image.discard(block, start, length);
    }

    @Override
    public void pages(PageRun run) throws MalformedPageException {
        RamImage.BlockImage target = image.image(run.block());
        Follower follower = followers.get(run.block().index());
        if (follower == null) {
            follower = new Follower(target);
            followers.put(run.block().index(), follower);
        }
        follower.before(run);
        image.pages(run);
        follower.after(run);
    }

    /** The digests by block; to be asked for when all pages have come. */
    public Map<RamBlock, byte[]> digests() throws IOException {
        return digests(block -> true);
    }

    /** As {@link #digests()}, of some blocks only. */
    public Map<RamBlock, byte[]> digests(Predicate<RamBlock> wanted) throws IOException {
        Map<RamBlock, CompletableFuture<byte[]>> pending = new LinkedHashMap<>();
        for (RamImage.BlockImage block : image.blocks()) {
            if (!wanted.test(block.block())) {
                continue;
            }
            Follower follower = followers.get(block.block().index());
            pending.put(
                    block.block(),
                    follower == null
                            ? CompletableFuture.supplyAsync(() -> sha256(block), workers)
                            : follower.end());
        }
        Map<RamBlock, byte[]> digests = new LinkedHashMap<>();
        for (Map.Entry<RamBlock, CompletableFuture<byte[]>> entry : pending.entrySet()) {
            try {
                digests.put(entry.getKey(), entry.getValue().join());
            } catch (CompletionException e) {
                throw new IOException("digest of " + entry.getKey(), e.getCause());
            }
        }
        return digests;
    }

    /** The digest of a block's {@link RamBlock#usedLength} bytes. */
    public static byte[] sha256(RamImage.BlockImage block) {
        MessageDigest digest = Sha256.start();
        update(digest, block, 0, block.memory().byteSize(), new byte[PIECE]);
        return digest.digest();
    }

    /** Hashes bytes {@code from} to {@code end} of a block; pages never written are not touched. */
    private static void update(
            MessageDigest digest, RamImage.BlockImage block, long from, long end, byte[] piece) {
        for (long at = from; at < end; ) {
            long page = at / block.pageSize();
            boolean zero = !block.touched(page);
            long next = zero ? block.nextTouched(page) : block.nextUntouched(page);
            long alike = next < 0 ? end : Math.min(end, next * block.pageSize());
            while (at < alike) {
                int n = (int) Math.min(zero ? ZEROS.length : piece.length, alike - at);
                if (zero) {
                    digest.update(ZEROS, 0, n);
                } else {
                    // The hash's fast path takes arrays of the heap only.
                    MemorySegment.copy(block.memory(), ValueLayout.JAVA_BYTE, at, piece, 0, n);
                    digest.update(piece, 0, n);
                }
                at += n;
            }
        }
    }

    @Override
    public void close() {
        workers.shutdownNow();
    }

    /** Hashes one block behind the pages that arrive. Owned by the reading thread. */
    private final class Follower {
        private final RamImage.BlockImage block;
        private final MessageDigest digest = Sha256.start();
        private final byte[] piece = new byte[PIECE];

        /** Bytes from the block's beginning that came in order. */
        private long arrived;

        /** Bytes handed to the worker; they must not change any more. */
        private long handed;

        private volatile boolean overtaken;
        private CompletableFuture<Boolean> last = CompletableFuture.completedFuture(true);

        Follower(RamImage.BlockImage block) {
            this.block = block;
        }

        void before(PageRun run) {
            overtaken |= run.offset() < handed;
        }

        void after(PageRun run) {
            if (run.offset() == arrived) {
                arrived += (long) run.count() * run.pageSize();
            }
            if (!overtaken && arrived - handed >= STEP) {
                hand(arrived);
            }
        }

        private void hand(long end) {
            long from = handed;
            handed = end;
            last =
                    last.thenApplyAsync(
                            hashed -> {
                                if (!overtaken) {
                                    update(digest, block, from, end, piece);
                                }
                                return true;
                            },
                            workers);
        }

        CompletableFuture<byte[]> end() {
            if (!overtaken) {
                hand(block.memory().byteSize());
            }
            return last.thenApplyAsync(
                    hashed -> overtaken ? sha256(block) : digest.digest(), workers);
        }
    }
}
