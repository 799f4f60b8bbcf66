package dev.ferry.vmm.chardev;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** The C library's calls for pseudo-terminals; numbers are those of Linux. */
final class PtyCalls {

    private static final int O_RDWR = 2;
    private static final int O_NOCTTY = 0x100;
    private static final int O_CLOEXEC = 0x80000;
    private static final int NAME_BYTES = 128;

    /** More than any struct termios has. */
    private static final int TERMIOS_BYTES = 256;

    private static final MethodHandle OPENPT = function("posix_openpt", intToInt());
    private static final MethodHandle GRANTPT = function("grantpt", intToInt());
    private static final MethodHandle UNLOCKPT = function("unlockpt", intToInt());
    private static final MethodHandle CLOSE = function("close", intToInt());
    private static final MethodHandle PTSNAME =
            function("ptsname_r", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle TCGETATTR =
            function("tcgetattr", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
    private static final MethodHandle CFMAKERAW =
            function("cfmakeraw", FunctionDescriptor.ofVoid(ADDRESS));
    private static final MethodHandle TCSETATTR =
            function("tcsetattr", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));
    private static final MethodHandle READ =
            function("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle WRITE =
            function("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));

    private PtyCalls() {}

    private static FunctionDescriptor intToInt() {
        return FunctionDescriptor.of(JAVA_INT, JAVA_INT);
    }

    @SuppressWarnings("restricted")
    private static MethodHandle function(String name, FunctionDescriptor type) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type);
    }

    /** A new pseudo-terminal's master end, in raw mode. */
    static int open() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            int master = (int) OPENPT.invokeExact(O_RDWR | O_NOCTTY | O_CLOEXEC);
            if (master < 0) {
                throw new IOException("no pseudo-terminal to be had");
            }
            MemorySegment mode = arena.allocate(TERMIOS_BYTES);
            int failed = (int) GRANTPT.invokeExact(master);
            failed |= (int) UNLOCKPT.invokeExact(master);
            failed |= (int) TCGETATTR.invokeExact(master, mode);
            CFMAKERAW.invokeExact(mode);
            failed |= (int) TCSETATTR.invokeExact(master, 0, mode);
            if (failed != 0) {
                close(master);
                throw new IOException("a pseudo-terminal cannot be set up");
            }
            return master;
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** The name of the other end. */
    static String name(int master) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocate(NAME_BYTES);
            int failed = (int) PTSNAME.invokeExact(master, name, (long) NAME_BYTES);
            if (failed != 0) {
                throw new IOException("a pseudo-terminal has no name");
            }
            return name.getString(0);
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /**
     * Reads what is there.
     *
     * @return how many bytes, or -1 when there will be no more
     */
    static int read(int descriptor, byte[] into, int offset, int length) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(length);
            long got = (long) READ.invokeExact(descriptor, bytes, (long) length);
            if (got <= 0) {
                return -1;
            }
            MemorySegment.copy(bytes, JAVA_BYTE, 0, into, offset, (int) got);
            return (int) got;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** Writes all of it. */
    static void write(int descriptor, byte[] from, int offset, int length) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(length);
            MemorySegment.copy(from, offset, bytes, JAVA_BYTE, 0, length);
            for (long done = 0; done < length; ) {
                long put = (long) WRITE.invokeExact(descriptor, bytes.asSlice(done), length - done);
                if (put < 0) {
                    throw new IOException("write to a pseudo-terminal failed");
                }
                done += put;
            }
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    static void close(int descriptor) {
        try {
            int _ = (int) CLOSE.invokeExact(descriptor);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }
}
