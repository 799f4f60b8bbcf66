package dev.ferry.vmm.memory;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Guest-physical memory: which blocks and devices are where.
 *
 * <p>Things may overlap. The one with the higher priority is seen; among equals, the one that was
 * added last. A block mapped in several places is the same memory in each, which is what an alias
 * is. Where the hole below 4 GiB is, and what is in it, is the board's business.
 *
 * <p>vCPUs have a {@link #view} each. Devices, loaders and everybody else use {@link #read} and
 * {@link #write}: their stores are in the dirty logs and are told to those who watch code, and of
 * private pages they see the ciphertext. Any thread may do so at any time.
 *
 * <p>The map can be changed while vCPUs run. Changing it takes all addresses back, and waits until
 * that is done; vCPUs' threads may do so from inside a device only.
 */
public final class AddressSpace {

    /** Of what boards map without saying otherwise. */
    public static final int NORMAL = 0;

    final TlbOwners owners = new TlbOwners();
    final StrayPages strayPages = new StrayPages();
    private final Lock devices;
    private final ReentrantLock changing = new ReentrantLock();
    private final List<Mapping> mappings = new ArrayList<>();
    private final List<MapListener> listeners = new CopyOnWriteArrayList<>();
    private boolean stale;
    private int views;

    volatile FlatMap map = new FlatMap(List.of());
    volatile @Nullable PrivatePages privatePages;

    /**
     * Empty.
     *
     * @param devices held whenever a device is called
     */
    public AddressSpace(Lock devices) {
        this.devices = devices;
    }

    /** Maps bytes of a block; what guests may do is as the block says. */
    public Mapping addRam(RamBlock block, long gpa, long offset, long length) {
        return add(
                gpa,
                length,
                NORMAL,
                block,
                offset,
                null,
                block.readOnly() ? Access.READ_ONLY : Access.READ_WRITE);
    }

    /** Maps bytes of a block that guests may not store to here. */
    public Mapping addRom(RamBlock block, long gpa, long offset, long length) {
        return add(gpa, length, NORMAL, block, offset, null, Access.READ_ONLY);
    }

    /**
     * Maps a device that has memory: flash. {@link Mapping#access} changes between {@link
     * Access#ROM_DEVICE}, which it starts as, and {@link Access#DEVICE}.
     */
    public Mapping addRomDevice(
            RamBlock block, long gpa, long offset, long length, MmioDevice device) {
        return add(gpa, length, NORMAL, block, offset, device, Access.ROM_DEVICE);
    }

    /** Maps a device. */
    public Mapping addMmio(long gpa, long length, MmioDevice device) {
        return add(gpa, length, NORMAL, null, 0, device, Access.DEVICE);
    }

    /**
     * Maps anything.
     *
     * @param gpa where; with {@code length} below 2^52
     * @param priority the higher one is seen
     * @param block memory, if there is any
     * @param offset of the first byte in the block
     * @param device if there is any; its offsets count from {@code gpa}
     */
    public Mapping add(
            long gpa,
            long length,
            int priority,
            @Nullable RamBlock block,
            long offset,
            @Nullable MmioDevice device,
            Access access) {
        if (gpa < 0 || length <= 0 || gpa > FlatMap.END - length) {
            throw new IllegalArgumentException(
                    "0x%x bytes at guest-physical 0x%x".formatted(length, gpa));
        }
        if (block != null) {
            if (offset < 0 || offset > block.size() - length) {
                throw new IllegalArgumentException(
                        "0x%x bytes at 0x%x of %s".formatted(length, offset, block));
            }
            block.dirtyLog().owners(owners);
            if (device != null) {
                block.ofDevice();
            }
        }
        Mapping mapping =
                new Mapping(this, gpa, length, priority, block, offset, device, Access.READ_WRITE);
        mapping.check(access);
        mapping.access = access;
        change(() -> {
            int at = 0;
            while (at < mappings.size() && mappings.get(at).priority > priority) {
                at++;
            }
            mappings.add(at, mapping);
            return true;
        });
        return mapping;
    }

    /** Has several changes of the map take effect together. */
    public void update(Runnable changes) {
        change(() -> {
            changes.run();
            return false;
        });
    }

    /** Tells somebody about every change of the map, beginning with it as it is. */
    public void add(MapListener listener) {
        listeners.add(listener);
        listener.changed(this);
    }

    /** Takes him out again. */
    public void remove(MapListener listener) {
        listeners.remove(listener);
    }

    /** Puts an encryption engine between vCPUs' encrypted accesses and RAM. */
    public void privateMemory(PrivateMemory engine) {
        privatePages = new PrivatePages(engine, owners);
        owners.drop(true);
    }

    /** Takes back addresses that vCPUs keep; see {@link TlbOwner#dropAddresses}. */
    public void dropAddresses(boolean all) {
        owners.drop(all);
    }

    /** Memory as a vCPU sees it. */
    public VcpuMemory view() {
        changing.lock();
        try {
            return new VcpuMemory(this, views++);
        } finally {
            changing.unlock();
        }
    }

    /** All memory that guests see, in ascending order. Flash that is a device now is left out. */
    public List<MemoryRange> memory() {
        List<MemoryRange> memory = new ArrayList<>();
        for (FlatRange range : map.ranges) {
            if (range.block != null && range.reads) {
                memory.add(
                        new MemoryRange(
                                range.start,
                                range.end - range.start,
                                range.block,
                                range.blockOffset,
                                range.access));
            }
        }
        return memory;
    }

    /** The memory from an address on, as far as it goes on in the same block; null if none. */
    public @Nullable MemoryRange find(long gpa) {
        FlatRange range = map.find(gpa);
        if (range == null || range.block == null || !range.reads) {
            return null;
        }
        return new MemoryRange(
                gpa,
                range.end - gpa,
                range.block,
                range.blockOffset + gpa - range.start,
                range.access);
    }

    /** Whether all of these addresses are memory that loads see. */
    public boolean isMemory(long gpa, long length) {
        FlatMap now = map;
        long at = gpa;
        while (at - gpa < length) {
            FlatRange range = now.find(at);
            if (range == null || !range.reads) {
                return false;
            }
            at = range.end;
        }
        return true;
    }

    /** Reads what guests would see; of devices by loads, of nothing all ones. */
    public void read(long gpa, MemorySegment into) {
        long at = 0;
        while (at < into.byteSize()) {
            long address = gpa + at;
            FlatRange range = map.find(address);
            long length = Math.min(into.byteSize() - at, map.rest(address));
            MemorySegment part = into.asSlice(at, length);
            if (range == null) {
                part.fill((byte) 0xff);
            } else if (range.reads && range.block != null) {
                RamBlock block = range.block;
                long offset = range.blockOffset + address - range.start;
                asHost(
                        range,
                        block,
                        address,
                        length,
                        () -> part.copyFrom(block.segment().asSlice(offset, length)));
            } else {
                DeviceBytes.read(this, range, address, part);
            }
            at += length;
        }
    }

    /** Reads what guests would see. */
    public void read(long gpa, byte[] into) {
        read(gpa, MemorySegment.ofArray(into));
    }

    /** Stores as guests would: to ROM and nothing without effect. */
    public void write(long gpa, MemorySegment from) {
        write(gpa, from, false);
    }

    /** Stores as guests would. */
    public void write(long gpa, byte[] from) {
        write(gpa, MemorySegment.ofArray(from), false);
    }

    /** Stores to ROM, too: for those who put images there. */
    public void writeRom(long gpa, MemorySegment from) {
        write(gpa, from, true);
    }

    /** A device's load. */
    public long load(long gpa, int size) {
        byte[] bytes = new byte[size];
        read(gpa, bytes);
        long value = 0;
        for (int i = size - 1; i >= 0; i--) {
            value = (value << 8) | (bytes[i] & 0xff);
        }
        return value;
    }

    /** A device's store. */
    public void store(long gpa, int size, long value) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (value >>> (8 * i));
        }
        write(gpa, bytes);
    }

    /**
     * Stores to a block, wherever guests see it: incoming pages, flash contents.
     *
     * @param offset in the block
     */
    public void write(RamBlock block, long offset, MemorySegment from) {
        long end = offset + from.byteSize();
        if (privatePages != null) {
            for (FlatRange range : map.ranges) {
                if (range.block == block && overlaps(range, offset, end)) {
                    long start = Math.max(offset, range.blockOffset);
                    long length = Math.min(end, blockEnd(range)) - start;
                    asHost(range, block, start - range.blockOffset + range.start, length, () -> {});
                }
            }
        }
        MemorySegment.copy(from, 0, block.segment(), offset, from.byteSize());
        written(block, offset, from.byteSize());
    }

    /**
     * Brings pages of a block up to date with plaintext that the encryption engine holds. Whoever
     * reads {@link RamBlock#segment} of a guest with private memory calls this before, and after
     * {@link DirtyLog#sync}.
     */
    public void writeBack(RamBlock block, long firstPage, long pages) {
        PrivatePages engine = privatePages;
        if (engine == null) {
            return;
        }
        long offset = firstPage * PhysicalMemory.PAGE_BYTES;
        long end = offset + pages * PhysicalMemory.PAGE_BYTES;
        for (FlatRange range : map.ranges) {
            if (range.block == block
                    && range.pages
                    && PrivatePages.concerns(range)
                    && overlaps(range, offset, end)) {
                long bias = range.start - range.blockOffset;
                engine.writeBack(
                        range,
                        block,
                        Math.max(offset, range.blockOffset) + bias,
                        Math.min(end, blockEnd(range)) + bias);
            }
        }
    }

    /** A load of part of a device. */
    long deviceLoad(MmioDevice device, long offset, int size) {
        devices.lock();
        try {
            return HostBytes.low(device.read(offset, size), size);
        } finally {
            devices.unlock();
        }
    }

    /** A store to part of a device. */
    void deviceStore(MmioDevice device, long offset, int size, long value) {
        devices.lock();
        try {
            device.write(offset, size, HostBytes.low(value, size));
        } finally {
            devices.unlock();
        }
    }

    /** Enters bytes that were stored in the dirty log, and tells those who watch code. */
    void written(RamBlock block, long offset, long length) {
        if (length == 0) {
            return;
        }
        block.dirtyLog().mark(offset, length);
        // The store is made before watchers are looked for; they watch before they look at bytes.
        VarHandle.fullFence();
        long first = offset / PhysicalMemory.PAGE_BYTES;
        long last = (offset + length - 1) / PhysicalMemory.PAGE_BYTES;
        if (block.watch().anyWatched(first, last)) {
            codeWritten(block, offset, length);
        }
    }

    private void codeWritten(RamBlock block, long offset, long length) {
        for (FlatRange range : map.ranges) {
            if (range.block == block && range.reads && overlaps(range, offset, offset + length)) {
                long start = Math.max(offset, range.blockOffset);
                long end = Math.min(offset + length, blockEnd(range));
                tellPages(range, start, end);
            }
        }
    }

    /** One call for each watched page. */
    private void tellPages(FlatRange range, long start, long end) {
        CodeWatch watch = range.memory().watch();
        long at = start;
        while (at < end) {
            long next = Math.min(end, (at | (PhysicalMemory.PAGE_BYTES - 1)) + 1);
            if (watch.watched(at / PhysicalMemory.PAGE_BYTES)) {
                owners.codeWritten(at - range.blockOffset + range.start, (int) (next - at));
            }
            at = next;
        }
    }

    private void write(long gpa, MemorySegment from, boolean romToo) {
        long at = 0;
        while (at < from.byteSize()) {
            long address = gpa + at;
            FlatRange range = map.find(address);
            long length = Math.min(from.byteSize() - at, map.rest(address));
            MemorySegment part = from.asSlice(at, length);
            if (range != null && range.block != null && (range.writes || (romToo && range.reads))) {
                RamBlock block = range.block;
                long offset = range.blockOffset + address - range.start;
                asHost(
                        range,
                        block,
                        address,
                        length,
                        () -> block.segment().asSlice(offset, length).copyFrom(part));
                written(block, offset, length);
            } else if (range != null && range.storesToDevice()) {
                DeviceBytes.write(this, range, address, part);
            }
            at += length;
        }
    }

    private void asHost(
            FlatRange range, RamBlock block, long address, long length, Runnable access) {
        PrivatePages engine = privatePages;
        if (engine != null && PrivatePages.concerns(range)) {
            engine.bare(range, block, address, length, access);
        } else {
            access.run();
        }
    }

    private static boolean overlaps(FlatRange range, long offset, long end) {
        return offset < blockEnd(range) && range.blockOffset < end;
    }

    private static long blockEnd(FlatRange range) {
        return range.blockOffset + range.end - range.start;
    }

    void remove(Mapping mapping) {
        change(() -> mappings.remove(mapping));
    }

    /**
     * Makes a change and, once all are made, has everybody see it.
     *
     * @param made whether it changed anything
     */
    void change(BooleanSupplier made) {
        FlatMap old;
        FlatMap now;
        changing.lock();
        try {
            if (made.getAsBoolean()) {
                stale = true;
            }
            if (!stale || changing.getHoldCount() > 1) {
                return;
            }
            stale = false;
            old = map;
            now = new FlatMap(mappings.stream().filter(each -> each.enabled).toList());
            map = now;
        } finally {
            changing.unlock();
        }
        for (MapListener listener : listeners) {
            listener.changed(this);
        }
        owners.drop(true);
        for (FlatRange range : old.ranges) {
            tellMoved(range, now);
        }
    }

    /** Instructions decoded at addresses where other bytes are now must not be executed. */
    private void tellMoved(FlatRange range, FlatMap now) {
        if (range.block == null || !range.reads) {
            return;
        }
        long at = range.start;
        while (at < range.end) {
            long next = Math.min(range.end, at + now.rest(at));
            FlatRange there = now.find(at);
            if (there == null || !there.sameMemory(range)) {
                long offset = at - range.start + range.blockOffset;
                tellPages(range, offset, offset + next - at);
            }
            at = next;
        }
    }
}
