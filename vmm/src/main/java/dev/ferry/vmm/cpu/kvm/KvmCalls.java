package dev.ferry.vmm.cpu.kvm;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ferry.vmm.posix.Errno;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/** ioctl, and where its error numbers go. One for each thread that uses it at a time. */
final class KvmCalls {

    private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
            STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    @SuppressWarnings("restricted") // KVM is spoken to by ioctl
    private static final MethodHandle IOCTL =
            Linker.nativeLinker()
                    .downcallHandle(
                            Linker.nativeLinker().defaultLookup().findOrThrow("ioctl"),
                            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG),
                            Linker.Option.firstVariadicArg(2),
                            Linker.Option.captureCallState("errno"));

    private final MemorySegment state;

    KvmCalls(SegmentAllocator allocator) {
        state = allocator.allocate(STATE);
    }

    /**
     * An ioctl that may fail.
     *
     * @return its result, or the error number, negated
     */
    int attempt(int descriptor, Kvm.Request request, long argument) {
        return attempt(descriptor, request.number, argument);
    }

    /** The same, for those that have the number at hand. */
    int attempt(int descriptor, long request, long argument) {
        try {
            int result = (int) IOCTL.invokeExact(state, descriptor, request, argument);
            return result >= 0 ? result : -(int) ERRNO.get(state, 0L);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** An ioctl that should not fail. */
    int call(int descriptor, Kvm.Request request, long argument) {
        int result = attempt(descriptor, request, argument);
        if (result < 0) {
            throw new KvmException(request + ": " + Errno.text(-result));
        }
        return result;
    }

    /** An ioctl on a structure that should not fail. */
    int call(int descriptor, Kvm.Request request, MemorySegment structure) {
        return call(descriptor, request, structure.address());
    }
}
