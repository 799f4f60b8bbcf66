package dev.ferry.vmm.cpu.x86;

/** An exception of the guest's processor. One per vCPU, used again each time. */
final class CpuFault extends RuntimeException {

    private static final long serialVersionUID = 1;

    static final int DE = 0;
    static final int DB = 1;
    static final int NMI = 2;
    static final int BP = 3;
    static final int OF = 4;
    static final int BR = 5;
    static final int UD = 6;
    static final int NM = 7;
    static final int DF = 8;
    static final int TS = 10;
    static final int NP = 11;
    static final int SS = 12;
    static final int GP = 13;
    static final int PF = 14;
    static final int MF = 16;
    static final int AC = 17;
    static final int XM = 19;

    /** Vector, or {@link #SHUTDOWN}. */
    int vector;

    /** Meaningful for the vectors that have one. */
    int errorCode;

    /** As {@link #vector}: nothing more can be delivered. */
    static final int SHUTDOWN = -1;

    CpuFault() {
        super(null, null, false, false);
    }

    /** Whether exceptions of this vector push an error code. */
    static boolean hasErrorCode(int vector) {
        return vector == DF || (vector >= TS && vector <= PF) || vector == AC;
    }
}
