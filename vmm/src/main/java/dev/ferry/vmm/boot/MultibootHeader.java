package dev.ferry.vmm.boot;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The header that makes a file a Multiboot kernel, somewhere in its first 8 KiB.
 *
 * <pre>
 *  u32  0x1badb002
 *  u32  flags
 *  u32  checksum: all three add up to 0
 *  u32  header_addr load_addr load_end_addr bss_end_addr entry_addr   (if flag 16)
 * </pre>
 *
 * <p>Source: Multiboot Specification 0.6.96, section 3.1.
 *
 * @param offset in the file
 * @param addresses whether it says itself where the file is to be loaded
 */
record MultibootHeader(
        int offset,
        int flags,
        boolean addresses,
        long headerAddress,
        long loadAddress,
        long loadEnd,
        long bssEnd,
        long entry) {

    static final int MAGIC = 0x1badb002;

    private static final int SEARCHED_BYTES = 8192;
    private static final int FLAG_ADDRESSES = 1 << 16;

    /**
     * Modules on page boundaries, memory sizes, video mode: what a loader may be required to know.
     */
    private static final int KNOWN_REQUIREMENTS = 0x7;

    /**
     * Looks for it.
     *
     * @param file little endian
     * @return null if there is none
     * @throws BootException if it wants what we do not have
     */
    static @Nullable MultibootHeader find(ByteBuffer file, String name) throws BootException {
        int end = Math.min(file.limit(), SEARCHED_BYTES) - 12;
        for (int at = 0; at <= end; at += 4) {
            int flags = file.getInt(at + 4);
            if (file.getInt(at) == MAGIC && MAGIC + flags + file.getInt(at + 8) == 0) {
                return read(file, at, flags, name);
            }
        }
        return null;
    }

    private static MultibootHeader read(ByteBuffer file, int at, int flags, String name)
            throws BootException {
        int unknown = flags & 0xffff & ~KNOWN_REQUIREMENTS;
        if (unknown != 0) {
            throw new BootException(
                    "Multiboot header of "
                            + name
                            + ": flags 0x"
                            + Integer.toHexString(unknown)
                            + " require something unknown");
        }
        if ((flags & FLAG_ADDRESSES) == 0) {
            return new MultibootHeader(at, flags, false, 0, 0, 0, 0, 0);
        }
        if (at + 32 > file.limit()) {
            throw new BootException(
                    "Multiboot header of " + name + ": the file ends before its addresses");
        }
        return new MultibootHeader(
                at,
                flags,
                true,
                unsigned(file, at + 12),
                unsigned(file, at + 16),
                unsigned(file, at + 20),
                unsigned(file, at + 24),
                unsigned(file, at + 28));
    }

    private static long unsigned(ByteBuffer file, int at) {
        return file.getInt(at) & 0xffffffffL;
    }
}
