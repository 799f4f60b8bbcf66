package dev.ferry.vmm.oracle;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * What one record starts with.
 *
 * @param regs RAX RCX RDX RBX RSP RBP RSI RDI R8 to R15
 * @param fx FXSAVE image
 * @param scratch the page it works on
 * @param units instructions, or small groups of them that belong together; any may be left out
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never changed
record Sequence(
        Mode mode,
        String kind,
        long seed,
        long[] regs,
        int flags,
        byte[] fx,
        byte[] scratch,
        List<byte[]> units) {

    /** The same start, and fewer instructions. */
    Sequence without(int unit) {
        List<byte[]> fewer = new ArrayList<>(units);
        // The place of what follows must stay: addresses relative to RIP depend on it.
        byte[] gone = new byte[units.get(unit).length];
        java.util.Arrays.fill(gone, (byte) 0x90);
        fewer.set(unit, gone);
        return new Sequence(mode, kind, seed, regs, flags, fx, scratch, List.copyOf(fewer));
    }

    /** Whether a unit does nothing. */
    boolean isGone(int unit) {
        for (byte b : units.get(unit)) {
            if (b != (byte) 0x90) {
                return false;
            }
        }
        return true;
    }

    byte[] code() {
        Bytes code = new Bytes();
        units.forEach(code::append);
        return code.all(0xcd, 0xf0).done();
    }

    /** For a message: the bytes, unit by unit. */
    String listing() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < units.size(); i++) {
            if (!isGone(i)) {
                text.append("\n    ").append(HexFormat.ofDelimiter(" ").formatHex(units.get(i)));
            }
        }
        return text.toString();
    }
}
