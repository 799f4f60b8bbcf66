package dev.ferry.vmm.sev;

import dev.ferry.sev.SevException;
import dev.ferry.vmm.cpu.CpuState;
import dev.ferry.vmm.machine.BootSource;
import dev.ferry.vmm.machine.Machine;
import java.io.IOException;

/**
 * Starts a machine as a SEV guest: what another source has put into memory is launched, that is
 * measured and encrypted.
 *
 * <p>After a reset nothing can be launched again: the firmware still is what it was, and its own
 * memory is encrypted. A guest that was started from an image in RAM has lost that image, so it
 * cannot be reset.
 */
public final class SevBoot implements BootSource {

    private final SevGuest guest;
    private final BootSource source;
    private boolean launched;

    /** A guest that is launched when the machine is made. */
    public SevBoot(SevGuest guest, BootSource source) {
        this.guest = guest;
        this.source = source;
    }

    @Override
    public boolean prepare(Machine machine, CpuState bootstrap) throws IOException {
        if (launched && source != BootSource.FIRMWARE) {
            throw new IOException(
                    "a SEV guest that was started from an image cannot be reset: the image cannot"
                            + " be measured again");
        }
        boolean changed = source.prepare(machine, bootstrap);
        if (!launched) {
            launched = true;
            try {
                guest.launch(machine.memory());
                guest.launchFinish();
            } catch (SevException e) {
                throw new IOException("SEV guest: " + e.getMessage(), e);
            }
        }
        return changed;
    }
}
