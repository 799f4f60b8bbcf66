package dev.ferry.vmm.memory;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which pages of a RAM block were stored to, exactly, for each {@link DirtyClient} that asked.
 *
 * <p>Two kinds of stores, two rules. A vCPU is given an address to store through <em>after</em> the
 * page's bit is set, and {@link #sync} takes all such addresses back after it has cleared bits and
 * before its caller may look at the pages. A store made one by one (slow path, device, loader) is
 * made first and its bit set <em>after</em> it. Either way no bit is cleared without the store
 * being visible to the one who cleared it.
 *
 * <p>Costs nothing while no client has it enabled.
 */
public final class DirtyLog {

    private static final PageBits[] NONE = {};

    private final RamBlock block;
    private final long pages;
    private final Map<DirtyClient, PageBits> byClient = new EnumMap<>(DirtyClient.class);

    /** The logs of clients that have it enabled; replaced, never changed. */
    private volatile PageBits[] active = NONE;

    private volatile DirtySource[] sources = {};
    private volatile @Nullable TlbOwners owners;

    DirtyLog(RamBlock block) {
        this.block = block;
        pages = block.size() / PhysicalMemory.PAGE_BYTES;
    }

    /** Pages of the block: bits of a bitmap. */
    public long pages() {
        return pages;
    }

    /** Whether a client's log is on. */
    public synchronized boolean enabled(DirtyClient client) {
        return byClient.containsKey(client);
    }

    /** Begins a client's log, with no page in it. Every store from now on is seen. */
    public void enable(DirtyClient client) {
        synchronized (this) {
            if (byClient.putIfAbsent(client, new PageBits(pages)) != null) {
                return;
            }
            boolean first = active.length == 0;
            publish();
            if (first) {
                for (DirtySource source : sources) {
                    source.logging(block, true);
                }
            }
        }
        drop();
    }

    /** Ends a client's log. */
    public synchronized void disable(DirtyClient client) {
        if (byClient.remove(client) == null) {
            return;
        }
        publish();
        if (active.length == 0) {
            for (DirtySource source : sources) {
                source.logging(block, false);
            }
        }
    }

    /**
     * Moves bits of a range from a client's log into a bitmap.
     *
     * <p>Afterwards pages whose bits are set may be read: whatever is stored to them later sets
     * their bits again.
     *
     * @param into bit i of word w is page 64 * w + i of the block; bits that are set stay set
     * @return how many bits of {@code into} were clear before and are set now
     */
    public long sync(DirtyClient client, long firstPage, long count, long[] into) {
        PageBits log = check(client, firstPage, count);
        if (count == 0) {
            return 0;
        }
        collect(firstPage, count);
        long last = firstPage + count - 1;
        long fresh = 0;
        boolean found = false;
        for (int word = (int) (firstPage >>> 6); word <= (int) (last >>> 6); word++) {
            long bits = log.take(word, PageBits.mask(word, firstPage, last));
            if (bits != 0) {
                found = true;
                fresh += Long.bitCount(bits & ~into[word]);
                into[word] |= bits;
            }
        }
        if (found) {
            drop();
        }
        return fresh;
    }

    /** {@link #sync} of the whole block. */
    public long sync(DirtyClient client, long[] into) {
        return sync(client, 0, pages, into);
    }

    /**
     * Clears a client's bits of a range, as {@link #sync} does, for someone who does not need to
     * know which they were.
     *
     * @return how many were set
     */
    public long clear(DirtyClient client, long firstPage, long count) {
        PageBits log = check(client, firstPage, count);
        if (count == 0) {
            return 0;
        }
        collect(firstPage, count);
        long last = firstPage + count - 1;
        long cleared = 0;
        for (int word = (int) (firstPage >>> 6); word <= (int) (last >>> 6); word++) {
            cleared += Long.bitCount(log.take(word, PageBits.mask(word, firstPage, last)));
        }
        if (cleared != 0) {
            drop();
        }
        return cleared;
    }

    /** Whether a client's bit of a page is set; what a {@link DirtySource} holds is not asked. */
    public boolean dirty(DirtyClient client, long page) {
        return check(client, page, 1).get(page);
    }

    /**
     * Enters bytes that <em>were</em> stored to in every log that is on. For those who store
     * through {@link RamBlock#segment} themselves.
     *
     * @param offset in the block
     */
    public void mark(long offset, long length) {
        PageBits[] logs = active;
        if (logs.length == 0 || length <= 0) {
            return;
        }
        long first = offset / PhysicalMemory.PAGE_BYTES;
        long count = (offset + length - 1) / PhysicalMemory.PAGE_BYTES - first + 1;
        for (PageBits log : logs) {
            log.setRange(first, count);
        }
    }

    /**
     * Enters what a {@link DirtySource} found.
     *
     * @param word number of the bitmap's word: its lowest bit is page 64 * {@code word}
     */
    public void merge(int word, long bits) {
        for (PageBits log : active) {
            log.or(word, bits);
        }
    }

    /** Enters a log that is kept elsewhere; it is asked from now on. */
    public synchronized void add(DirtySource source) {
        DirtySource[] more = Arrays.copyOf(sources, sources.length + 1);
        more[sources.length] = source;
        sources = more;
        if (active.length != 0) {
            source.logging(block, true);
        }
    }

    /** Takes it out again, after a last {@link DirtySource#collect}. */
    public synchronized void remove(DirtySource source) {
        if (active.length != 0) {
            source.collect(block, 0, pages);
        }
        sources = Arrays.stream(sources).filter(each -> each != source).toArray(DirtySource[]::new);
    }

    /** Enters a page that <em>will</em> be stored to through an address that sync takes back. */
    void markAhead(long page) {
        for (PageBits log : active) {
            // A set bit that is cleared now is followed by the taking back of the address.
            if (!log.get(page)) {
                log.set(page);
            }
        }
    }

    /** Whose addresses are to be taken back. */
    void owners(TlbOwners all) {
        TlbOwners now = owners;
        if (now != null && now != all) {
            throw new IllegalStateException(
                    "RAM block '" + block.id() + "' is in another address space");
        }
        owners = all;
    }

    private void collect(long firstPage, long count) {
        for (DirtySource source : sources) {
            source.collect(block, firstPage, count);
        }
    }

    private void drop() {
        TlbOwners all = owners;
        if (all != null) {
            all.drop(false);
        }
    }

    private PageBits check(DirtyClient client, long firstPage, long count) {
        if (firstPage < 0 || count < 0 || firstPage > pages - count) {
            throw new IndexOutOfBoundsException(
                    "pages " + firstPage + " + " + count + " of " + pages);
        }
        PageBits log;
        synchronized (this) {
            log = byClient.get(client);
        }
        if (log == null) {
            throw new IllegalStateException("no dirty log of '" + block.id() + "' for " + client);
        }
        return log;
    }

    private void publish() {
        active = byClient.values().toArray(NONE);
    }
}
