package dev.ferry.vmm.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Locale;

/**
 * Memory mappings and descriptors. Numbers are those of Linux, which all its 64-bit ports share.
 *
 * <p>Errors are {@link IOException} with the call's name and the C library's words: {@code mmap:
 * Cannot allocate memory}.
 */
public final class Posix {

    public static final int PROT_READ = 1;
    public static final int PROT_WRITE = 2;
    public static final int MAP_SHARED = 1;
    public static final int MAP_PRIVATE = 2;
    public static final int MAP_ANONYMOUS = 0x20;
    public static final int MAP_NORESERVE = 0x4000;
    public static final int MADV_POPULATE_WRITE = 23;
    public static final int O_RDWR = 2;
    public static final int O_CLOEXEC = 0x80000;
    public static final int MFD_CLOEXEC = 1;

    public static final int ENOENT = 2;
    public static final int EINTR = 4;
    public static final int EAGAIN = 11;
    public static final int EACCES = 13;
    public static final int EINVAL = 22;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final SymbolLookup LIBC = LINKER.defaultLookup();
    private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
            STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private static final MethodHandle MMAP =
            function(
                    "mmap",
                    FunctionDescriptor.of(
                            ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle MUNMAP =
            function("munmap", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle MADVISE =
            function("madvise", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    private static final MethodHandle FTRUNCATE =
            function("ftruncate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle CLOSE =
            function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle MEMFD_CREATE =
            function("memfd_create", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle OPEN =
            function(
                    "open",
                    FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
                    Linker.Option.firstVariadicArg(2));

    private Posix() {}

    /** Whether the calls below are there. Ask before touching anything else of this class. */
    public static boolean available() {
        return Platform.LINUX;
    }

    /** In a class of its own, so that asking links nothing. */
    private static final class Platform {
        static final boolean LINUX =
                System.getProperty("os.name", "").toLowerCase(Locale.ROOT).equals("linux")
                        && !System.getProperty("sun.arch.data.model", "64").equals("32");
    }

    /**
     * mmap at an address of the kernel's choice.
     *
     * @param descriptor -1 for anonymous memory
     */
    @SuppressWarnings("restricted") // gives the mapping its length
    public static MemorySegment mmap(
            long length, int protection, int flags, int descriptor, long offset)
            throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            MemorySegment mapped =
                    (MemorySegment)
                            MMAP.invokeExact(
                                    state,
                                    MemorySegment.NULL,
                                    length,
                                    protection,
                                    flags,
                                    descriptor,
                                    offset);
            if (mapped.address() == -1L) {
                throw failure("mmap", state);
            }
            return mapped.reinterpret(length);
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** munmap of all that {@link #mmap} gave. */
    public static void munmap(MemorySegment mapped) {
        try (Arena arena = Arena.ofConfined()) {
            int _ = (int) MUNMAP.invokeExact(arena.allocate(STATE), mapped, mapped.byteSize());
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /**
     * madvise.
     *
     * @return 0 or the error number
     */
    public static int madvise(MemorySegment range, int advice) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            int result = (int) MADVISE.invokeExact(state, range, range.byteSize(), advice);
            return result == 0 ? 0 : errno(state);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** memfd_create, closed on exec. */
    public static int memfdCreate(String name) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            int descriptor =
                    (int) MEMFD_CREATE.invokeExact(state, arena.allocateFrom(name), MFD_CLOEXEC);
            return checked("memfd_create", descriptor, state);
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** ftruncate. */
    public static void ftruncate(int descriptor, long length) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            int result = (int) FTRUNCATE.invokeExact(state, descriptor, length);
            int _ = checked("ftruncate", result, state);
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** open of something that exists. */
    public static int open(String path, int flags) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            int descriptor = (int) OPEN.invokeExact(state, arena.allocateFrom(path), flags);
            return checked("open", descriptor, state);
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** close. */
    public static void close(int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            int _ = (int) CLOSE.invokeExact(arena.allocate(STATE), descriptor);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private static int checked(String call, int result, MemorySegment state) throws IOException {
        if (result < 0) {
            throw failure(call, state);
        }
        return result;
    }

    private static IOException failure(String call, MemorySegment state) {
        return new IOException(call + ": " + Errno.text(errno(state)));
    }

    private static int errno(MemorySegment state) {
        return (int) ERRNO.get(state, 0L);
    }

    @SuppressWarnings("restricted") // calls of the C library are what this class is for
    private static MethodHandle function(
            String name, FunctionDescriptor type, Linker.Option... more) {
        Linker.Option[] options = new Linker.Option[more.length + 1];
        options[0] = Linker.Option.captureCallState("errno");
        System.arraycopy(more, 0, options, 1, more.length);
        return LINKER.downcallHandle(
                LIBC.find(name).orElseThrow(() -> new UnsatisfiedLinkError(name)), type, options);
    }
}
