package dev.ferry.vmm.cpu.kvm;

import dev.ferry.vmm.memory.MemoryRange;
import dev.ferry.vmm.memory.PhysicalMemory;
import dev.ferry.vmm.memory.RamBlock;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A range of memory that the kernel knows by a number. */
final class KvmSlot {

    private static final int PAGE = PhysicalMemory.PAGE_BYTES;

    private final int number;
    private final MemoryRange range;
    private final boolean writable;
    private boolean logging;

    KvmSlot(int number, MemoryRange range, boolean writable) {
        this.number = number;
        this.range = range;
        this.writable = writable;
    }

    int number() {
        return number;
    }

    RamBlock block() {
        return range.block();
    }

    boolean is(MemoryRange other, boolean otherWritable) {
        return range.gpa() == other.gpa()
                && range.length() == other.length()
                && range.block() == other.block()
                && range.offset() == other.offset()
                && writable == otherWritable;
    }

    /** Whether stores are to be logged, from the next {@link #set} on. */
    void log(boolean on) {
        logging = on && writable;
    }

    void set(KvmCalls calls, KvmVm vm) {
        int flags = (logging ? Kvm.MEM_LOG_DIRTY_PAGES : 0) | (writable ? 0 : Kvm.MEM_READONLY);
        set(calls, vm, flags, range.length());
    }

    void delete(KvmCalls calls, KvmVm vm) {
        set(calls, vm, 0, 0);
    }

    private void set(KvmCalls calls, KvmVm vm, int flags, long length) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment region = arena.allocate(32, 8);
            region.set(ValueLayout.JAVA_INT, 0, number);
            region.set(ValueLayout.JAVA_INT, 4, flags);
            region.set(ValueLayout.JAVA_LONG, 8, range.gpa());
            region.set(ValueLayout.JAVA_LONG, 16, length);
            region.set(ValueLayout.JAVA_LONG, 24, range.address());
            calls.call(vm.vm, Kvm.Request.KVM_SET_USER_MEMORY_REGION, region);
        }
    }

    /** Moves all of its log into the block's. */
    void collect(KvmCalls calls, KvmVm vm) {
        collect(calls, vm, 0, Long.MAX_VALUE);
    }

    /** Moves part of its log, or more, into the block's. */
    void collect(KvmCalls calls, KvmVm vm, long blockFirst, long blockPages) {
        if (!logging) {
            return;
        }
        long base = range.offset() / PAGE;
        long pages = range.length() / PAGE;
        long first = Math.max(0, blockFirst - base) & -64;
        long end =
                blockPages == Long.MAX_VALUE
                        ? pages
                        : Math.min(pages, blockFirst + blockPages - base);
        if (first >= end) {
            return;
        }
        end = Math.min(pages, (end + 63) & -64);
        try (Arena arena = Arena.ofConfined()) {
            long words = (pages + 63) / 64;
            MemorySegment bitmap = arena.allocate(words * 8, 8);
            MemorySegment log = arena.allocate(24, 8);
            log.set(ValueLayout.JAVA_INT, 0, number);
            log.set(ValueLayout.JAVA_LONG, 8, bitmap.address());
            calls.call(vm.vm, Kvm.Request.KVM_GET_DIRTY_LOG, log);
            if (vm.manualDirtyLog) {
                log.set(ValueLayout.JAVA_INT, 4, (int) (end - first));
                log.set(ValueLayout.JAVA_LONG, 8, first);
                log.set(ValueLayout.JAVA_LONG, 16, bitmap.address() + first / 8);
                calls.call(vm.vm, Kvm.Request.KVM_CLEAR_DIRTY_LOG, log);
            } else {
                first = 0; // the kernel has cleared all of them
                end = pages;
            }
            for (long word = first / 64; word < (end + 63) / 64; word++) {
                merge(base, word, bitmap.getAtIndex(ValueLayout.JAVA_LONG, word));
            }
        }
    }

    private void merge(long base, long word, long bits) {
        if (bits == 0) {
            return;
        }
        long page = base + word * 64;
        int shift = (int) (page & 63);
        int at = (int) (page >>> 6);
        block().dirtyLog().merge(at, bits << shift);
        if (shift != 0 && bits >>> -shift != 0) {
            block().dirtyLog().merge(at + 1, bits >>> -shift);
        }
    }
}
