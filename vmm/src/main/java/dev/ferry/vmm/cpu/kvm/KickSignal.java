package dev.ferry.vmm.cpu.kvm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * A signal that does nothing but end KVM_RUN on one thread.
 *
 * <p>Its handler is a function of the C library that has no effect, so that no Java code runs in a
 * signal handler. It is a real-time signal that nobody else in the process had taken.
 */
final class KickSignal {

    /** glibc keeps the first two real-time signals (32, 33) for itself. */
    private static final int FIRST = 40;

    private static final int LAST = 64;

    /** struct sigaction of x86-64: handler, mask of 128 bytes, flags, restorer. */
    private static final int SIGACTION_BYTES = 152;

    private static final int FLAGS_AT = 136;
    private static final int SA_RESTART = 0x10000000;

    private static final MethodHandle GETTID = function("gettid", FunctionDescriptor.of(JAVA_INT));
    private static final MethodHandle TGKILL =
            function("tgkill", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final int PROCESS = Math.toIntExact(ProcessHandle.current().pid());
    private static final int SIGNAL = take();

    private KickSignal() {}

    /** The calling thread's number. */
    static int thread() {
        try {
            return (int) GETTID.invokeExact();
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** Ends KVM_RUN on a thread; does no harm to one that is elsewhere, or ended. */
    static void send(int thread) {
        try {
            int _ = (int) TGKILL.invokeExact(PROCESS, thread, SIGNAL);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private static int take() {
        MethodHandle sigaction =
                function("sigaction", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment action = arena.allocate(SIGACTION_BYTES, 8);
            MemorySegment old = arena.allocate(SIGACTION_BYTES, 8);
            action.set(ADDRESS, 0, Linker.nativeLinker().defaultLookup().findOrThrow("getpid"));
            action.set(JAVA_INT, FLAGS_AT, SA_RESTART);
            for (int signal = FIRST; signal <= LAST; signal++) {
                int asked = (int) sigaction.invokeExact(signal, MemorySegment.NULL, old);
                if (asked == 0 && old.get(JAVA_LONG, 0) == 0) {
                    int set = (int) sigaction.invokeExact(signal, action, MemorySegment.NULL);
                    if (set == 0) {
                        return signal;
                    }
                }
            }
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
        throw new KvmException("sigaction: no real-time signal is free");
    }

    @SuppressWarnings("restricted") // there is no other way to signal a thread
    private static MethodHandle function(String name, FunctionDescriptor type) {
        return Linker.nativeLinker()
                .downcallHandle(Linker.nativeLinker().defaultLookup().findOrThrow(name), type);
    }
}
