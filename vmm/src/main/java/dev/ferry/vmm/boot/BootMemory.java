package dev.ferry.vmm.boot;

/** Guest-physical memory, as a loader needs it. */
public interface BootMemory {

    /** Copies out; what is no memory reads as all ones. */
    void read(long gpa, byte[] into, int offset, int length);

    /** Copies in; what is no RAM takes nothing. */
    void write(long gpa, byte[] from, int offset, int length);
}
