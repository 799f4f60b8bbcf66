package dev.ferry.vmm.cpu.kvm;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * struct kvm_run: what a vCPU and the kernel tell each other around KVM_RUN.
 *
 * <p>Source: Linux include/uapi/linux/kvm.h.
 */
final class KvmRun {

    private static final VarHandle BYTE = JAVA_BYTE.varHandle();

    private final MemorySegment run;

    KvmRun(MemorySegment run) {
        this.run = run;
    }

    void requestInterruptWindow(boolean wanted) {
        run.set(JAVA_BYTE, 0, (byte) (wanted ? 1 : 0));
    }

    /** Whether KVM_RUN is to finish what it left and come back. Set by any thread. */
    void immediateExit(boolean wanted) {
        BYTE.setVolatile(run, 1L, (byte) (wanted ? 1 : 0));
    }

    int exitReason() {
        return run.get(JAVA_INT, 8);
    }

    boolean readyForInterrupt() {
        return run.get(JAVA_BYTE, 12) != 0;
    }

    boolean interruptsEnabled() {
        return run.get(JAVA_BYTE, 13) != 0;
    }

    int cr8() {
        return (int) run.get(JAVA_LONG, 16);
    }

    void cr8(int value) {
        run.set(JAVA_LONG, 16, value);
    }

    long apicBase() {
        return run.get(JAVA_LONG, 24);
    }

    boolean ioOut() {
        return run.get(JAVA_BYTE, 32) != 0;
    }

    int ioSize() {
        return run.get(JAVA_BYTE, 33);
    }

    int ioPort() {
        return run.get(JAVA_SHORT, 34) & 0xffff;
    }

    /** Accesses, one after the other, of a string instruction. */
    int ioCount() {
        return run.get(JAVA_INT, 36);
    }

    /** Where the data is; for {@link #unit}. */
    long ioData() {
        return run.get(JAVA_LONG, 40);
    }

    /** Zero-extended. */
    int unit(long at, int size) {
        return switch (size) {
            case 1 -> run.get(JAVA_BYTE, at) & 0xff;
            case 2 -> run.get(JAVA_SHORT.withByteAlignment(1), at) & 0xffff;
            default -> run.get(JAVA_INT.withByteAlignment(1), at);
        };
    }

    void unit(long at, int size, int value) {
        switch (size) {
            case 1 -> run.set(JAVA_BYTE, at, (byte) value);
            case 2 -> run.set(JAVA_SHORT.withByteAlignment(1), at, (short) value);
            default -> run.set(JAVA_INT.withByteAlignment(1), at, value);
        }
    }

    long mmioAddress() {
        return run.get(JAVA_LONG, 32);
    }

    long mmioData() {
        return run.get(JAVA_LONG, 40);
    }

    void mmioData(long value) {
        run.set(JAVA_LONG, 40, value);
    }

    int mmioLength() {
        return run.get(JAVA_INT, 48);
    }

    boolean mmioWrite() {
        return run.get(JAVA_BYTE, 52) != 0;
    }

    void msrRefused(boolean refused) {
        run.set(JAVA_BYTE, 32, (byte) (refused ? 1 : 0));
    }

    int msrIndex() {
        return run.get(JAVA_INT, 44);
    }

    long msrData() {
        return run.get(JAVA_LONG, 48);
    }

    void msrData(long value) {
        run.set(JAVA_LONG, 48, value);
    }

    long hypercall() {
        return run.get(JAVA_LONG, 32);
    }

    long hypercallArgument(int number) {
        return run.get(JAVA_LONG, 40 + 8L * number);
    }

    void hypercallResult(long value) {
        run.set(JAVA_LONG, 88, value);
    }

    boolean hypercallLong() {
        return (run.get(JAVA_INT, 96) & 1) != 0;
    }

    long failEntryReason() {
        return run.get(JAVA_LONG, 32);
    }

    int internalError() {
        return run.get(JAVA_INT, 32);
    }

    /** Bytes of the instruction that could not be emulated, as far as the kernel tells. */
    String instruction() {
        int words = run.get(JAVA_INT, 36);
        // flags with bit 0 for "bytes follow", their number, the bytes
        if (words < 3 || (run.get(JAVA_LONG, 40) & 1) == 0) {
            return "";
        }
        StringBuilder bytes = new StringBuilder();
        int count = Math.clamp(run.get(JAVA_BYTE, 48), 0, 15);
        for (int i = 0; i < count; i++) {
            int each = run.get(JAVA_BYTE, 49 + i) & 0xff;
            bytes.append(each < 16 ? " 0" : " ").append(Integer.toHexString(each));
        }
        return bytes.toString();
    }
}
