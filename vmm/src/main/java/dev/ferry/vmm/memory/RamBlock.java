package dev.ferry.vmm.memory;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A piece of guest memory under one name: RAM, video memory, a ROM, a flash chip. It is what a
 * stream knows as a RAM block; where guests see it is {@link AddressSpace}'s business.
 *
 * <p>Closing it unmaps it; nobody may run guest code then.
 */
public final class RamBlock implements AutoCloseable {

    private final String id;
    private final boolean readOnly;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment segment;
    private final long address;
    private final int descriptor;
    private final DirtyLog dirtyLog;
    private final CodeWatch watch;
    private volatile @Nullable PrivateState privateState;
    private volatile boolean ofDevice;

    /**
     * Zeroed memory, or what a file holds.
     *
     * @param id as in streams: {@code pc.ram}
     * @param size bytes, a multiple of {@link PhysicalMemory#PAGE_BYTES}
     * @param readOnly a ROM: guests' stores to it are ignored wherever it is mapped
     * @throws IOException if there is no such memory to be had
     */
    public RamBlock(String id, long size, boolean readOnly, Backing backing) throws IOException {
        if (size <= 0 || size % PhysicalMemory.PAGE_BYTES != 0) {
            throw new IllegalArgumentException(
                    "RAM block '" + id + "' of 0x" + Long.toHexString(size) + " bytes");
        }
        this.id = id;
        this.readOnly = readOnly;
        HostMapping mapping;
        try {
            mapping = HostMapping.of(id, size, backing, arena);
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            arena.close();
            throw new IOException(
                    "cannot set up 0x"
                            + Long.toHexString(size)
                            + " bytes of guest memory '"
                            + id
                            + "': "
                            + e.getMessage(),
                    e);
        }
        segment = mapping.segment();
        descriptor = mapping.descriptor();
        address = segment.address();
        dirtyLog = new DirtyLog(this);
        watch = new CodeWatch(size / PhysicalMemory.PAGE_BYTES);
    }

    /** Private memory of this process, to be written by guests. */
    public RamBlock(String id, long size) throws IOException {
        this(id, size, false, new Backing.Anonymous());
    }

    public String id() {
        return id;
    }

    /** Bytes. */
    public long size() {
        return segment.byteSize();
    }

    /** Whether guests' stores are ignored. */
    public boolean readOnly() {
        return readOnly;
    }

    /** A device has it: flash. */
    void ofDevice() {
        ofDevice = true;
    }

    /** Whether it may be private to a guest, wherever it is seen: main memory, not ROM or flash. */
    public boolean mayBePrivate() {
        return !readOnly && !ofDevice;
    }

    /**
     * The bytes. Who stores here itself calls {@link DirtyLog#mark} afterwards; better use {@link
     * AddressSpace#write(RamBlock, long, MemorySegment)}.
     */
    public MemorySegment segment() {
        return segment;
    }

    /** Host address of the first byte. */
    public long address() {
        return address;
    }

    /** The descriptor of a {@link Backing.Memfd}, for other processes; else -1. */
    public int descriptor() {
        return descriptor;
    }

    /** Which pages were stored to. */
    public DirtyLog dirtyLog() {
        return dirtyLog;
    }

    /** Only blocks of guests with private memory have one. */
    PrivateState privateState() {
        PrivateState state = privateState;
        if (state == null) {
            synchronized (this) {
                state = privateState;
                if (state == null) {
                    state = new PrivateState(dirtyLog.pages());
                    privateState = state;
                }
            }
        }
        return state;
    }

    CodeWatch watch() {
        return watch;
    }

    /** Has all of it backed by memory of the host, on that many threads; contents stay. */
    public void preTouch(int threads) {
        PreTouch.touch(segment, threads);
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }

    @Override
    public String toString() {
        return "RAM block '" + id + "', 0x" + Long.toHexString(size()) + " bytes";
    }
}
