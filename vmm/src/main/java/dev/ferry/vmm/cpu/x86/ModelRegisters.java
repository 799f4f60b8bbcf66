package dev.ferry.vmm.cpu.x86;

/** The model-specific registers that the processor keeps itself. */
final class ModelRegisters {
    long star;
    long lstar;
    long cstar;
    long fmask;
    long kernelGsBase;
    int sysenterCs;
    long sysenterEsp;
    long sysenterEip;
    long pat;

    /** What RDTSC adds to the machine's clock. */
    long tscOffset;

    long tscAux;
    long tscAdjust;
    long miscEnable;
    long systemTime;
    long wallClock;
    int smbase;
    final long[] mtrrFixed = new long[11];
    long mtrrDefType;
    final long[] mtrrBase = new long[8];
    final long[] mtrrMask = new long[8];
    long mcgCap;
    long mcgStatus;
    long mcgCtl;
    final long[] mceBanks = new long[40];
}
