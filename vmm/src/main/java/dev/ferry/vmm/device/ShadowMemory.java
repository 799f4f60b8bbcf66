package dev.ferry.vmm.device;

/** What a host bridge decides about memory below 1 MiB and system management memory. */
public interface ShadowMemory {

    /**
     * One of 13 pieces, as the PAM registers have them: 0 is 0xf0000 to 0xfffff, 1 to 12 are 16 KiB
     * each from 0xc0000 on.
     *
     * @param reads loads go to RAM, else to ROM
     * @param writes stores go to RAM, else nowhere
     */
    void shadow(int piece, boolean reads, boolean writes);
}
