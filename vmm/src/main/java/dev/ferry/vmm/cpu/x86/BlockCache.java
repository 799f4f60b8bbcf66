package dev.ferry.vmm.cpu.x86;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decoded blocks: by linear address in a direct-mapped table, which translations that change empty,
 * and behind it by physical address.
 *
 * <p>The table's keys are the low 48 bits of the linear address with the mode above. Blocks are
 * looked for by the vCPU's thread; others may take them out ({@link #invalidate}).
 */
final class BlockCache {

    /** The longest block: what an interrupt may have to wait for. */
    static final int LONGEST = 64;

    private static final int TABLE = 4096;
    private static final int PAGES = 8192;

    private final X86Vcpu cpu;
    private final CodeFetch fetch;
    private final Decoder decoder;
    private final long[] keys = new long[TABLE];
    private final @Nullable Block[] table = new @Nullable Block[TABLE];
    private final Map<Long, CodePage> pages = new HashMap<>();

    /** Pages that {@link dev.ferry.vmm.memory.PhysicalMemory#watchCode} was called for. */
    private final Set<Long> watched = new HashSet<>();

    BlockCache(X86Vcpu cpu) {
        this.cpu = cpu;
        fetch = new CodeFetch(cpu);
        decoder = new Decoder(fetch);
        Arrays.fill(keys, -1);
    }

    private static long key(long linear, int mode) {
        return (linear & 0xffff_ffff_ffffL) | (long) mode << 48;
    }

    private static int place(long linear) {
        return (int) (linear ^ linear >>> 12) & TABLE - 1;
    }

    /** Linear addresses may mean other physical ones from now on. */
    void mappingChanged() {
        Arrays.fill(keys, -1);
    }

    /**
     * The block at RIP.
     *
     * @throws CpuFault #PF or #GP of its first instruction
     */
    Block find() {
        long linear = cpu.wrap(cpu.base[X86Vcpu.CS] + cpu.rip);
        int at = place(linear);
        if (keys[at] == key(linear, cpu.mode)) {
            Block block = table[at];
            if (block != null && block.valid && cpu.rip + block.length() - 1 <= cpu.codeLimit) {
                return block;
            }
        }
        return findSlowly(linear, at);
    }

    private Block findSlowly(long linear, int at) {
        long last = cpu.code64() ? Long.MAX_VALUE : cpu.base[X86Vcpu.CS] + cpu.codeLimit;
        if (cpu.code64() ? linear << 16 >> 16 != linear : cpu.rip > cpu.codeLimit) {
            throw cpu.protection();
        }
        fetch.begin(last);
        long start = cpu.base[X86Vcpu.CS] + cpu.rip;
        fetch.at(start);
        long physical = fetch.physicalPage() | (linear & 0xfff);
        boolean cached = fetch.isMemory();
        if (cached) {
            synchronized (this) {
                CodePage page = pages.get(fetch.physicalPage());
                Block block = page == null ? null : page.find((int) (linear & 0xfff), cpu.mode);
                if (block != null && cpu.rip + block.length() - 1 <= cpu.codeLimit) {
                    enter(at, linear, block);
                    return block;
                }
            }
        }
        // A store by another thread while this decodes is seen as one that happened before or
        // after: the page was watched before its bytes were read, and entering looks again.
        long seen = writes;
        Block block = decode(start, physical, LONGEST);
        if (cached && block.secondPage < 0 && cpu.mode == block.mode) {
            synchronized (this) {
                if (seen == writes) {
                    add(block);
                    enter(at, linear, block);
                }
            }
        }
        return block;
    }

    /** Has this vCPU told of stores to a page from now on. */
    void watch(long physicalPage) {
        if (watched.add(physicalPage)) {
            cpu.memory.watchCode(physicalPage);
            cpu.flushTlb();
        }
    }

    /** Counts stores to watched pages. */
    private volatile long writes;

    private void enter(int at, long linear, Block block) {
        keys[at] = key(linear, cpu.mode);
        table[at] = block;
    }

    private void add(Block block) {
        long physicalPage = block.physical & GuestMemory.PAGE;
        if (pages.size() >= PAGES && !pages.containsKey(physicalPage)) {
            for (CodePage page : pages.values()) {
                page.clear();
            }
            pages.clear();
        }
        pages.computeIfAbsent(physicalPage, CodePage::new)
                .add((int) (block.physical & 0xfff), block);
    }

    /** The block in the same page as {@code near}, if there is one decoded. */
    synchronized @Nullable Block neighbour(Block near, long physical) {
        if ((near.physical & GuestMemory.PAGE) != (physical & GuestMemory.PAGE)) {
            return null;
        }
        CodePage page = pages.get(physical & GuestMemory.PAGE);
        return page == null ? null : page.find((int) (physical & 0xfff), near.mode);
    }

    /** Has a block run as a class, unless one of its blocks is gone meanwhile. */
    synchronized void install(HotRegion region, HotLoop loop) {
        for (Block block : region.blocks.values()) {
            if (!block.valid) {
                return;
            }
        }
        Block head = region.head;
        for (Block block : region.blocks.values()) {
            block.partOf(head);
        }
        long top = (head.mode & X86Vcpu.CODE32) != 0 ? 0xffffffffL : 0xffff;
        boolean wide = (head.mode & X86Vcpu.CODE64) != 0;
        head.lowestRip = wide ? Long.MIN_VALUE : -region.first();
        head.highestRip = wide ? Long.MAX_VALUE : top - region.last();
        head.lastByte = region.last();
        head.hot = loop;
    }

    /** One instruction, not kept. */
    Block single() {
        long linear = cpu.wrap(cpu.base[X86Vcpu.CS] + cpu.rip);
        if (cpu.code64() ? linear << 16 >> 16 != linear : cpu.rip > cpu.codeLimit) {
            throw cpu.protection();
        }
        fetch.begin(cpu.code64() ? Long.MAX_VALUE : cpu.base[X86Vcpu.CS] + cpu.codeLimit);
        long start = cpu.base[X86Vcpu.CS] + cpu.rip;
        fetch.at(start);
        return decode(start, fetch.physicalPage() | (linear & 0xfff), 1);
    }

    private Block decode(long linear, long physical, int most) {
        List<Op> ops = new ArrayList<>();
        int[] starts = new int[most + 1];
        int[] traits = new int[most];
        int length = 0;
        int room = 4096 - (int) (physical & 0xfff);
        long secondPage = -1;
        boolean jumps = false;
        while (ops.size() < most && length < room) {
            Op op;
            try {
                op = decoder.decode(linear + length, length, cpu.mode);
            } catch (CpuFault e) {
                if (ops.isEmpty()) {
                    throw e;
                }
                break;
            }
            int next = length + decoder.length();
            if (next > room) {
                if (!ops.isEmpty()) {
                    break;
                }
                secondPage = fetch.physicalPage();
            }
            traits[ops.size()] = decoder.traits();
            ops.add(op);
            length = next;
            starts[ops.size()] = length;
            if ((decoder.traits() & (Opcode.END | Opcode.JUMP)) != 0) {
                jumps = (decoder.traits() & Opcode.JUMP) != 0;
                break;
            }
        }
        int n = ops.size();
        return new Block(
                physical,
                cpu.mode,
                ops.toArray(new Op[0]),
                Arrays.copyOf(starts, n + 1),
                Arrays.copyOf(traits, n),
                jumps,
                secondPage);
    }

    /**
     * Takes out blocks that have any of these bytes. Any thread.
     *
     * @return whether there were any
     */
    synchronized boolean invalidate(long address, int length) {
        writes++;
        boolean found = false;
        long last = address + length - 1 & GuestMemory.PAGE;
        for (long at = address & GuestMemory.PAGE; at <= last; at += 4096) {
            CodePage page = pages.get(at);
            found |= page != null && page.invalidate(address, length);
        }
        return found;
    }

    /**
     * A store by this vCPU itself to a watched page: one that has had no instructions for some time
     * is watched no longer.
     */
    void stored(long address) {
        long physicalPage = address & GuestMemory.PAGE;
        synchronized (this) {
            CodePage page = pages.get(physicalPage);
            if (page == null || !page.abandoned()) {
                return;
            }
            pages.remove(physicalPage);
        }
        if (watched.remove(physicalPage)) {
            cpu.memory.unwatchCode(physicalPage);
        }
    }

    /** Takes out everything. */
    synchronized void clear() {
        for (CodePage page : pages.values()) {
            page.clear();
        }
        pages.clear();
        mappingChanged();
    }
}
