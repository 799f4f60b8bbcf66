package dev.ferry.vmm.oracle;

import java.util.SplittableRandom;

/**
 * ModRM, SIB and displacement that come to a given offset.
 *
 * @param relative whether the displacement counts from the end of the instruction
 */
record Address(
        int segment,
        boolean prefix67,
        int rex,
        int mod,
        int rm,
        int sib,
        int displacementBytes,
        long displacement,
        boolean relative) {

    static final Address NONE = new Address(-1, false, 0, 0, 0, -1, 0, 0, false);

    /** What follows the opcode; {@code reg} is in place. */
    byte[] bytes(int reg, int at, int immediateBytes) {
        Bytes code = new Bytes().u8(mod << 6 | reg | rm);
        if (sib >= 0) {
            code.u8(sib);
        }
        return code.value(displacementBytes, displacement).done();
    }

    static Address to(
            Mode mode, SplittableRandom random, long target, int segment, long[] regs, int known) {
        if (mode == Mode.SEGMENTED16 && random.nextInt(4) != 0) {
            return to16(random, target, segment, regs, known);
        }
        for (int attempt = 0; attempt < 6; attempt++) {
            Address found = wide(mode, random, target, segment, regs, known);
            if (found != null) {
                return found;
            }
        }
        return absolute(mode, target, segment);
    }

    private static Address absolute(Mode mode, long target, int segment) {
        return mode == Mode.SEGMENTED16
                ? new Address(segment, false, 0, 0, 6, -1, 2, target, false)
                : new Address(segment, false, 0, 0, 4, 0x25, 4, target, false);
    }

    private static final int[][] PAIRS = {
        {3, 6}, {3, 7}, {5, 6}, {5, 7}, {6, -1}, {7, -1}, {5, -1}, {3, -1}
    };

    private static Address to16(
            SplittableRandom random, long target, int segment, long[] regs, int known) {
        int rm = random.nextInt(8);
        long sum = 0;
        for (int r : PAIRS[rm]) {
            if (r >= 0) {
                if ((known >> r & 1) == 0) {
                    return absolute(Mode.SEGMENTED16, target, segment);
                }
                sum += regs[r];
            }
        }
        long displacement = (short) (target - sum);
        boolean small = displacement == (byte) displacement;
        return new Address(
                segment, false, 0, small ? 1 : 2, rm, -1, small ? 1 : 2, displacement, false);
    }

    private static @org.jspecify.annotations.Nullable Address wide(
            Mode mode, SplittableRandom random, long target, int segment, long[] regs, int known) {
        int limit = mode.code64() ? 16 : 8;
        int base = random.nextInt(limit);
        int index = random.nextInt(limit);
        boolean sib = random.nextInt(3) == 0 || (base & 7) == 4;
        int scale = random.nextInt(4);
        if ((known >> base & 1) == 0 || base == 4) {
            return null;
        }
        long sum = regs[base];
        if (sib && index != 4) {
            if ((known >> index & 1) == 0) {
                return null;
            }
            sum += regs[index] << scale;
        }
        boolean address32 = mode.code64() && random.nextInt(5) == 0;
        long displacement = target - sum;
        if (!mode.code64() || address32) {
            displacement = displacement << 32 >> 32;
        } else if (displacement != (int) displacement) {
            return null;
        }
        boolean small = displacement == (byte) displacement;
        int rex = (base > 7 ? 1 : 0) | (sib && index > 7 ? 2 : 0);
        return new Address(
                segment,
                mode == Mode.SEGMENTED16 || address32,
                rex,
                small ? 1 : 2,
                sib ? 4 : base & 7,
                sib ? scale << 6 | (index & 7) << 3 | (base & 7) : -1,
                small ? 1 : 4,
                displacement,
                false);
    }
}
