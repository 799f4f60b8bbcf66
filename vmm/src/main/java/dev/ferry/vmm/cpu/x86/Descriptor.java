package dev.ferry.vmm.cpu.x86;

/** Eight bytes of a descriptor table. */
record Descriptor(long bits) {

    private static final int GRANULARITY = 1 << 23;

    int high() {
        return (int) (bits >>> 32);
    }

    long base() {
        return (bits >>> 16 & 0xffffff) | (bits >>> 32 & 0xff000000L);
    }

    /** In bytes. */
    int limit() {
        int limit = (int) (bits & 0xffff) | (high() & 0xf0000);
        return (high() & GRANULARITY) != 0 ? limit << 12 | 0xfff : limit;
    }

    /** As {@link dev.ferry.vmm.cpu.CpuState.Segment#flags}. */
    int flags() {
        return high() & 0xf0ff00;
    }

    boolean present() {
        return (high() & 1 << 15) != 0;
    }

    int dpl() {
        return high() >> 13 & 3;
    }

    /** Code or data; else a system segment or a gate. */
    boolean segment() {
        return (high() & 1 << 12) != 0;
    }

    /** Four bits. */
    int type() {
        return high() >> 8 & 15;
    }

    boolean code() {
        return segment() && (high() & 1 << 11) != 0;
    }

    boolean data() {
        return segment() && (high() & 1 << 11) == 0;
    }

    /** Of a code segment. */
    boolean conforming() {
        return (high() & 1 << 10) != 0;
    }

    boolean writableData() {
        return data() && (high() & 1 << 9) != 0;
    }

    boolean readable() {
        return data() || (code() && (high() & 1 << 9) != 0);
    }

    /** 64-bit code. */
    boolean longCode() {
        return (high() & 1 << 21) != 0;
    }

    boolean big() {
        return (high() & 1 << 22) != 0;
    }

    /** Of a gate. */
    int gateSelector() {
        return (int) (bits >>> 16) & 0xffff;
    }

    /** Of a gate with 32 bits. */
    long gateOffset() {
        return (bits & 0xffff) | (bits >>> 32 & 0xffff0000L);
    }
}
