package dev.ferry.vmm.oracle;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds where two memories that ran the same records differ. */
final class Comparison {

    private static final String[] NAMES = {
        "rax",
        "rcx",
        "rdx",
        "rbx",
        "rsp",
        "rbp",
        "rsi",
        "rdi",
        "r8",
        "r9",
        "r10",
        "r11",
        "r12",
        "r13",
        "r14",
        "r15",
        "rflags",
        "vector",
        "error code",
        "rip",
        "cr2"
    };

    /** FXSAVE: the instruction and data pointers, which QEMU does not save. */
    private static final int POINTERS = 6;

    private static final int POINTERS_END = 24;

    private static final int STATUS = 2;
    private static final int MXCSR = 24;
    private static final int REGISTERS = 32;
    private static final int XMM = 160;
    private static final int RESERVED = 416;

    private Comparison() {}

    /** What differs in a record, or null. */
    static @Nullable String difference(byte[] qemu, byte[] ours, int index, boolean mmx) {
        int at = (int) Records.address(index);
        ByteBuffer q = ByteBuffer.wrap(qemu).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer o = ByteBuffer.wrap(ours).order(ByteOrder.LITTLE_ENDIAN);
        List<String> found = new ArrayList<>();
        for (int i = 0; i < NAMES.length; i++) {
            long x = q.getLong(at + 0x100 + 8 * i);
            long y = o.getLong(at + 0x100 + 8 * i);
            if (x != y) {
                found.add("%s %x, ours %x".formatted(NAMES[i], x, y));
            }
        }
        bytes(mmx ? "mmx" : "fx", qemu, ours, at + 0x400, RESERVED, found);
        bytes("scratch", qemu, ours, at + Records.SCRATCH, 4096, found);
        return found.isEmpty() ? null : String.join("; ", found);
    }

    private static void bytes(
            String name, byte[] qemu, byte[] ours, int at, int length, List<String> found) {
        boolean fx = !name.equals("scratch");
        int mantissaOnly = name.equals("mmx") ? 8 : 10;
        int first = -1;
        for (int i = 0; i < length; i++) {
            int differ = qemu[at + i] ^ ours[at + i];
            if (fx) {
                differ &= mask(i, mantissaOnly);
            }
            if (differ != 0) {
                first = first < 0 ? i : first;
            } else if (first >= 0) {
                add(name, qemu, ours, at, first, i, found);
                first = -1;
            }
        }
        if (first >= 0) {
            add(name, qemu, ours, at, first, length, found);
        }
    }

    private static void add(
            String name, byte[] qemu, byte[] ours, int at, int from, int to, List<String> found) {
        if (found.size() < 12) {
            found.add(
                    "%s+%x %s, ours %s"
                            .formatted(
                                    name,
                                    from,
                                    hex(qemu, at + from, to - from),
                                    hex(ours, at + from, to - from)));
        }
    }

    private static String hex(byte[] bytes, int at, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < Math.min(length, 24); i++) {
            text.append("%02x".formatted(bytes[at + i] & 0xff));
        }
        return text.toString();
    }

    /**
     * Bits of the FXSAVE image that count. QEMU keeps neither C1 after arithmetic nor, before 9.2
     * or so, the denormal exceptions; and MMX instructions leave exponents as they are.
     */
    private static int mask(int i, int registerBytes) {
        if (i >= POINTERS && i < POINTERS_END) {
            return 0;
        }
        if (i == STATUS || i == MXCSR) {
            return ~2;
        }
        if (i == STATUS + 1) {
            return ~2;
        }
        if (i >= REGISTERS && i < XMM && (i - REGISTERS) % 16 >= registerBytes) {
            return 0;
        }
        return -1;
    }
}
