package dev.ferry.vmm.machine;

import dev.ferry.vmm.cpu.CpuState;
import java.io.IOException;

/** What makes a fresh machine's memory and first vCPU ready to run something else than firmware. */
@FunctionalInterface
public interface BootSource {

    /** Starts from the firmware at the reset vector. */
    BootSource FIRMWARE = (machine, bootstrap) -> false;

    /**
     * Called when the machine was made and after every reset, with the vCPUs standing and the lock
     * held.
     *
     * @param bootstrap the first vCPU's state, in its reset state; to be changed
     * @return whether it was changed
     */
    boolean prepare(Machine machine, CpuState bootstrap) throws IOException;
}
