package dev.ferry.vmm.cpu.kvm;

import dev.ferry.vmm.memory.Access;
import dev.ferry.vmm.memory.AddressSpace;
import dev.ferry.vmm.memory.DirtySource;
import dev.ferry.vmm.memory.MapListener;
import dev.ferry.vmm.memory.MemoryRange;
import dev.ferry.vmm.memory.PhysicalMemory;
import dev.ferry.vmm.memory.RamBlock;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/**
 * The kernel's copy of the address map: a slot for each range of memory, with its dirty log.
 *
 * <p>Pages that are not memory throughout are left out, and so reach us as accesses to a device;
 * code cannot be executed there.
 */
final class KvmMemory implements MapListener, DirtySource, AutoCloseable {

    private static final int PAGE = PhysicalMemory.PAGE_BYTES;

    private final KvmVm vm;
    private final AddressSpace space;
    private final GuestGate gate = new GuestGate();
    private final Arena arena = Arena.ofShared();
    private final KvmCalls calls = new KvmCalls(arena);
    private final List<KvmSlot> slots = new ArrayList<>();
    private final Set<RamBlock> logged = new HashSet<>();
    private final Set<RamBlock> known = new HashSet<>();
    private final List<Integer> freeNumbers = new ArrayList<>();
    private int numbers;
    private boolean closed;

    KvmMemory(KvmVm vm, AddressSpace space) {
        this.vm = vm;
        this.space = space;
        space.add(this);
    }

    AddressSpace space() {
        return space;
    }

    /** What vCPUs pass on their way into the guest. */
    GuestGate gate() {
        return gate;
    }

    @Override
    public void changed(AddressSpace changed) {
        gate.close();
        try {
            List<RamBlock> fresh = update();
            // Outside of our lock, which the log takes in its own time.
            for (RamBlock block : fresh) {
                block.dirtyLog().add(this);
            }
        } finally {
            gate.open();
        }
    }

    /** Gives the kernel the map as it is, and says which blocks are new in it. */
    private synchronized List<RamBlock> update() {
        List<RamBlock> fresh = new ArrayList<>();
        if (closed) {
            return fresh;
        }
        List<MemoryRange> wanted = new ArrayList<>();
        for (MemoryRange range : space.memory()) {
            MemoryRange whole = wholePages(range);
            if (whole.length() > 0 && (writable(whole) || vm.readOnlyMemory)) {
                wanted.add(whole);
            }
        }
        for (Iterator<KvmSlot> all = slots.iterator(); all.hasNext(); ) {
            KvmSlot slot = all.next();
            boolean stays = wanted.removeIf(range -> slot.is(range, writable(range)));
            if (!stays) {
                slot.collect(calls, vm);
                slot.delete(calls, vm);
                freeNumbers.add(slot.number());
                all.remove();
            }
        }
        for (MemoryRange range : wanted) {
            int number = freeNumbers.isEmpty() ? numbers++ : freeNumbers.removeLast();
            KvmSlot slot = new KvmSlot(number, range, writable(range));
            slot.log(logged.contains(range.block()));
            slot.set(calls, vm);
            slots.add(slot);
            if (known.add(range.block())) {
                fresh.add(range.block());
            }
        }
        return fresh;
    }

    @Override
    public synchronized void logging(RamBlock block, boolean on) {
        if (closed || !(on ? logged.add(block) : logged.remove(block))) {
            return;
        }
        for (KvmSlot slot : slots) {
            if (slot.block() == block) {
                slot.log(on);
                slot.set(calls, vm);
            }
        }
    }

    @Override
    public synchronized void collect(RamBlock block, long firstPage, long pages) {
        if (closed) {
            return;
        }
        for (KvmSlot slot : slots) {
            if (slot.block() == block) {
                slot.collect(calls, vm, firstPage, pages);
            }
        }
    }

    /** Flash is written by its device, and a block that is a ROM by nobody. */
    private static boolean writable(MemoryRange range) {
        return range.writable() && range.access() == Access.READ_WRITE;
    }

    private static MemoryRange wholePages(MemoryRange range) {
        long start = (range.gpa() + PAGE - 1) & -PAGE;
        long end = (range.gpa() + range.length()) & -PAGE;
        long offset = range.offset() + start - range.gpa();
        boolean aligned = (offset & (PAGE - 1)) == 0;
        return new MemoryRange(
                start, aligned ? end - start : 0, range.block(), offset, range.access());
    }

    @Override
    public void close() {
        space.remove(this);
        List<RamBlock> blocks;
        synchronized (this) {
            blocks = List.copyOf(known);
        }
        for (RamBlock block : blocks) {
            block.dirtyLog().remove(this);
        }
        synchronized (this) {
            if (!closed) {
                closed = true;
                arena.close();
            }
        }
    }
}
