package dev.ferry.vmm.oracle;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** How sequences lie in memory; see {@code oracle.asm}. */
final class Records {

    static final int HEAD = 0x3ff000;
    static final int BYTES = 0x2000;
    static final int CODE = 0x600;
    static final int SCRATCH = 0x1000;

    /** RAM of the machine: a record for each, and some. */
    static final int RAM = 20 << 20;

    static final int MOST = (RAM - HEAD - 4096) / BYTES;

    private Records() {}

    static long address(int index) {
        return HEAD + 4096L + (long) index * BYTES;
    }

    /** What is loaded at {@link #HEAD}. */
    static byte[] image(Mode mode, List<Sequence> sequences) {
        byte[] image = new byte[4096 + sequences.size() * BYTES];
        ByteBuffer words = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        words.putInt(0, sequences.size());
        words.putInt(4, mode.number());
        for (int i = 0; i < sequences.size(); i++) {
            Sequence s = sequences.get(i);
            int at = 4096 + i * BYTES;
            for (int r = 0; r < 16; r++) {
                words.putLong(at + 8 * r, s.regs()[r]);
            }
            words.putLong(at + 0x80, s.flags());
            words.put(at + 0x200, s.fx());
            byte[] code = s.code();
            if (code.length > SCRATCH - CODE) {
                throw new IllegalStateException("too much code: " + code.length);
            }
            words.put(at + CODE, code);
            words.put(at + SCRATCH, s.scratch());
        }
        return image;
    }
}
