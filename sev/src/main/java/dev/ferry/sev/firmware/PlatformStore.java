package dev.ferry.sev.firmware;

import dev.ferry.sev.SevException;

/** Where a platform's keys outlive it. */
interface PlatformStore {

    /** Nowhere. */
    PlatformStore NONE = (command, identity) -> {};

    /**
     * Writes all of it, or nothing.
     *
     * @throws SevException HWERROR_PLATFORM if it cannot be written
     */
    void save(Command command, PlatformIdentity identity) throws SevException;
}
