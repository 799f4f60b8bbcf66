package dev.ferry.sev.firmware;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.policy.GuestPolicy;
import java.util.Optional;

/** What binds guests to ASIDs, and ends them. */
final class ActivationCommands {
    private final Platform platform;

    ActivationCommands(Platform platform) {
        this.platform = platform;
    }

    void wbinvd() {
        synchronized (platform) {
            platform.asids().wbinvd();
        }
    }

    void dfFlush() throws SevException {
        synchronized (platform) {
            platform.check(Command.DF_FLUSH);
            platform.asids().flush();
        }
    }

    void activate(int handle, int asid) throws SevException {
        synchronized (platform) {
            Guest guest = platform.guest(Command.ACTIVATE, handle);
            long stamp = guest.lock().writeLock();
            try {
                platform.asids().activate(guest, asid);
            } finally {
                guest.lock().unlockWrite(stamp);
            }
        }
    }

    void deactivate(int handle) throws SevException {
        synchronized (platform) {
            Guest guest = platform.guest(Command.DEACTIVATE, handle);
            long stamp = guest.lock().writeLock();
            try {
                guest.checkActive(Command.DEACTIVATE);
                platform.asids().deactivate(guest);
            } finally {
                guest.lock().unlockWrite(stamp);
            }
        }
    }

    void decommission(int handle) throws SevException {
        synchronized (platform) {
            Guest guest = platform.guest(Command.DECOMMISSION, handle);
            if (guest.asid() != 0) {
                throw new SevException(
                        FirmwareStatus.ACTIVE,
                        "DECOMMISSION: expected guest "
                                + handle
                                + " to have no ASID, found "
                                + guest.asid());
            }
            platform.remove(guest);
        }
    }

    GuestStatus guestStatus(int handle) throws SevException {
        synchronized (platform) {
            platform.check(Command.GUEST_STATUS);
            Guest guest = platform.guests().find(handle);
            return guest == null
                    ? new GuestStatus(GuestState.UNINIT, new GuestPolicy(0), 0)
                    : new GuestStatus(guest.state(), guest.policy(), guest.asid());
        }
    }

    Optional<MemoryEncryption> memoryEncryption(int asid) {
        synchronized (platform) {
            for (int handle = 1; asid > 0 && handle <= GuestTable.GUESTS; handle++) {
                Guest guest = platform.guests().find(handle);
                if (guest != null && guest.asid() == asid) {
                    return Optional.of(guest.memoryEncryption());
                }
            }
            return Optional.empty();
        }
    }
}
