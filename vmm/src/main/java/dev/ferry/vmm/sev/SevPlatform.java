package dev.ferry.vmm.sev;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.firmware.AsidRange;
import dev.ferry.sev.firmware.InitParameters;
import dev.ferry.sev.firmware.MemoryEncryption;
import dev.ferry.sev.firmware.SecureProcessor;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Objects;

/**
 * The secure processor of a host and what the host's kernel does around it: it initialises it,
 * binds guests to ASIDs and flushes caches before one is used again. For any number of guests.
 *
 * <p>Source: Linux arch/x86/kvm/svm/sev.c, sev_asid_new and sev_flush_asids.
 */
public final class SevPlatform implements AutoCloseable {

    private final SecureProcessor firmware;

    private SevPlatform(SecureProcessor firmware) {
        this.firmware = firmware;
    }

    /** The platform of a file, which takes keys that INIT makes. */
    public static SevPlatform load(Path file) throws IOException, SevException {
        return of(SecureProcessor.load(file, new SecureRandom()));
    }

    /** A processor in state UNINIT; closing this closes it. */
    public static SevPlatform of(SecureProcessor firmware) throws SevException {
        firmware.init(InitParameters.SEV);
        firmware.wbinvd();
        firmware.dfFlush();
        return new SevPlatform(firmware);
    }

    /** The processor. */
    public SecureProcessor firmware() {
        return firmware;
    }

    /** A guest's engine; there is one while the guest is bound. */
    MemoryEncryption engine(int asid) {
        return firmware.memoryEncryption(asid)
                .orElseThrow(() -> new IllegalStateException("no guest has ASID " + asid));
    }

    /**
     * Binds a guest to an ASID.
     *
     * @return the ASID
     * @throws SevException RESOURCE_LIMIT if all are taken
     */
    synchronized int bind(int handle) throws SevException {
        // Some are owned, some need a flush, and the lower ones are for SEV-ES guests alone.
        SevException refused = null;
        for (int asid = 1; asid <= AsidRange.MAX; asid++) {
            try {
                activate(handle, asid);
                return asid;
            } catch (SevException e) {
                if (e.status() != FirmwareStatus.ASID_OWNED
                        && e.status() != FirmwareStatus.INVALID_ASID) {
                    throw e;
                }
                refused = e;
            }
        }
        throw new SevException(
                FirmwareStatus.RESOURCE_LIMIT,
                "ACTIVATE: expected a free ASID, found none",
                Objects.requireNonNull(refused));
    }

    private void activate(int handle, int asid) throws SevException {
        try {
            firmware.activate(handle, asid);
        } catch (SevException e) {
            if (e.status() != FirmwareStatus.DF_FLUSH_REQUIRED) {
                throw e;
            }
            firmware.wbinvd();
            firmware.dfFlush();
            firmware.activate(handle, asid);
        }
    }

    /** Ends a guest. */
    synchronized void end(int handle) throws SevException {
        firmware.deactivate(handle);
        firmware.decommission(handle);
    }

    /** Ends every guest and erases all keys. */
    @Override
    public void close() {
        firmware.close();
    }
}
