package dev.ferry.vmm.cpu.kvm;

import dev.ferry.vmm.posix.Posix;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A virtual machine of the kernel's: its descriptors, and what the kernel can do. */
final class KvmVm implements AutoCloseable {

    /**
     * Where QEMU puts them: three pages for a TSS and one of page tables, in the hole below ROM.
     */
    private static final long IDENTITY_MAP = 0xfeffc000L;

    private static final long TSS = 0xfeffd000L;

    final int kvm;
    final int vm;
    final long runBytes;
    final boolean readOnlyMemory;
    final boolean manualDirtyLog;
    final boolean xsave;
    final boolean xcrs;

    private boolean closed;

    /**
     * Makes one.
     *
     * @param device path of KVM's device
     * @throws IOException if there is no KVM here, in one line
     */
    KvmVm(String device) throws IOException {
        if (!Posix.available()) {
            throw new IOException("Could not access KVM kernel module: this is not Linux");
        }
        kvm = open(device);
        int made = -1;
        try (Arena arena = Arena.ofConfined()) {
            KvmCalls calls = new KvmCalls(arena);
            int version = calls.call(kvm, Kvm.Request.KVM_GET_API_VERSION, 0);
            if (version != Kvm.API_VERSION) {
                throw new KvmException(
                        "KVM_GET_API_VERSION: expected " + Kvm.API_VERSION + ", found " + version);
            }
            made = calls.call(kvm, Kvm.Request.KVM_CREATE_VM, 0);
            vm = made;
            for (int needed : new int[] {Kvm.CAP_USER_MEMORY, Kvm.CAP_IMMEDIATE_EXIT}) {
                if (extension(calls, needed) == 0) {
                    throw new KvmException("KVM_CHECK_EXTENSION: no capability " + needed);
                }
            }
            runBytes = calls.call(kvm, Kvm.Request.KVM_GET_VCPU_MMAP_SIZE, 0);
            readOnlyMemory = extension(calls, Kvm.CAP_READONLY_MEM) != 0;
            xsave = extension(calls, Kvm.CAP_XSAVE) != 0;
            xcrs = extension(calls, Kvm.CAP_XCRS) != 0;
            manualDirtyLog =
                    (extension(calls, Kvm.CAP_MANUAL_DIRTY_LOG_PROTECT2) & 1) != 0
                            && enable(calls, arena, Kvm.CAP_MANUAL_DIRTY_LOG_PROTECT2, 1);
            placeTss(calls, arena);
            handOver(calls, arena);
        } catch (KvmException e) {
            if (made >= 0) {
                Posix.close(made);
            }
            Posix.close(kvm);
            throw new IOException("failed to initialize KVM: " + e.getMessage(), e);
        }
    }

    private static int open(String device) throws IOException {
        try {
            return Posix.open(device, Posix.O_RDWR | Posix.O_CLOEXEC);
        } catch (IOException e) {
            String message = String.valueOf(e.getMessage());
            throw new IOException(
                    "Could not access KVM kernel module: "
                            + message.substring(message.indexOf(": ") + 2),
                    e);
        }
    }

    /** Processors that cannot run real mode themselves need some pages for it. */
    private void placeTss(KvmCalls calls, Arena arena) {
        MemorySegment at = arena.allocate(8, 8);
        at.set(ValueLayout.JAVA_LONG, 0, IDENTITY_MAP);
        calls.call(vm, Kvm.Request.KVM_SET_IDENTITY_MAP_ADDR, at);
        calls.call(vm, Kvm.Request.KVM_SET_TSS_ADDR, TSS);
    }

    /** What the kernel leaves to us: MSRs it does not know, and one hypercall. */
    private void handOver(KvmCalls calls, Arena arena) {
        if ((extension(calls, Kvm.CAP_EXIT_HYPERCALL) & 1 << Kvm.HC_MAP_GPA_RANGE) != 0) {
            enable(calls, arena, Kvm.CAP_EXIT_HYPERCALL, 1L << Kvm.HC_MAP_GPA_RANGE);
        }
        if (extension(calls, Kvm.CAP_X86_USER_SPACE_MSR) != 0) {
            enable(calls, arena, Kvm.CAP_X86_USER_SPACE_MSR, Kvm.MSR_EXIT_REASONS);
        }
        if (extension(calls, Kvm.CAP_X86_MSR_FILTER) != 0) {
            // flags (0: allow by default), 16 ranges of: flags (read, write), count, base, bitmap
            MemorySegment filter = arena.allocate(8 + 16 * 24, 8);
            MemorySegment denied = arena.allocate(8, 8);
            filter.set(ValueLayout.JAVA_INT, 8, 3);
            filter.set(ValueLayout.JAVA_INT, 12, 1);
            filter.set(ValueLayout.JAVA_INT, 16, Kvm.MSR_KVM_MIGRATION_CONTROL);
            filter.set(ValueLayout.JAVA_LONG, 24, denied.address());
            calls.call(vm, Kvm.Request.KVM_X86_SET_MSR_FILTER, filter);
        }
    }

    private int extension(KvmCalls calls, int capability) {
        return calls.call(vm, Kvm.Request.KVM_CHECK_EXTENSION, capability);
    }

    private boolean enable(KvmCalls calls, Arena arena, int capability, long argument) {
        MemorySegment cap = arena.allocate(104, 8);
        cap.set(ValueLayout.JAVA_INT, 0, capability);
        cap.set(ValueLayout.JAVA_LONG, 8, argument);
        return calls.call(vm, Kvm.Request.KVM_ENABLE_CAP, cap) == 0;
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            Posix.close(vm);
            Posix.close(kvm);
        }
    }
}
