package dev.ferry.sev.firmware;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.policy.GuestPolicy;
import java.security.SecureRandom;

/**
 * What all commands work on: the platform's state, keys and guests.
 *
 * <p>Its monitor guards all of it; the state alone is also read without. A guest's lock is taken
 * after the monitor, never before.
 */
final class Platform {
    private final PlatformStore store;
    private final SecureRandom random;
    private final GuestTable guests = new GuestTable();
    private final AsidTable asids;
    private final FirmwareVersion version;

    private PlatformIdentity identity;
    private volatile PlatformState state = PlatformState.UNINIT;
    private boolean encryptedState;

    Platform(PlatformIdentity identity, PlatformStore store, SecureRandom random) {
        this.identity = identity;
        this.store = store;
        this.random = random;
        this.asids = new AsidTable(identity.asids());
        this.version = identity.version();
    }

    PlatformState state() {
        return state;
    }

    FirmwareVersion version() {
        return version;
    }

    SecureRandom random() {
        return random;
    }

    GuestTable guests() {
        return guests;
    }

    AsidTable asids() {
        return asids;
    }

    PlatformIdentity identity() {
        return identity;
    }

    /** Whether SEV-ES was turned on by INIT. */
    boolean encryptedState() {
        return encryptedState;
    }

    void check(Command command) throws SevException {
        command.checkPlatform(state);
    }

    /** The guest of a command, after the platform's state: the order of every guest command. */
    Guest guest(Command command, int handle) throws SevException {
        command.checkPlatform(state);
        return guests.get(command, handle);
    }

    /**
     * Keeps new keys, on disk before in memory: a failure leaves the old ones. Those that are not
     * kept are erased.
     */
    void keep(Command command, PlatformIdentity changed) throws SevException {
        store.save(command, changed);
        identity.eraseAllBut(changed);
        identity = changed;
    }

    void initialized(boolean withEncryptedState) {
        encryptedState = withEncryptedState;
        asids.reset();
        state = PlatformState.INIT;
    }

    /** Ends every guest. */
    void shutDown() {
        state = PlatformState.UNINIT;
        encryptedState = false;
        for (int handle = 1; handle <= GuestTable.GUESTS; handle++) {
            Guest guest = guests.find(handle);
            if (guest != null) {
                erase(guest);
            }
        }
        asids.reset();
    }

    /** Checks of LAUNCH_START and RECEIVE_START that follow the session's, and the new guest. */
    Guest admit(Command command, GuestPolicy policy, int shareWith, GuestMemory memory)
            throws SevException {
        MemoryKey key =
                shareWith == 0 ? MemoryKey.random(random) : shared(command, policy, shareWith);
        try {
            int handle = guests.freeHandle(command);
            if (policy.has(GuestPolicy.Flag.ES) && !encryptedState) {
                throw new SevException(
                        FirmwareStatus.UNSUPPORTED,
                        command
                                + ": policy "
                                + policy
                                + ": expected SEV-ES to be on, found it off");
            }
            return new Guest(handle, policy, memory, key);
        } catch (SevException e) {
            key.close();
            throw e;
        }
    }

    private MemoryKey shared(Command command, GuestPolicy policy, int shareWith)
            throws SevException {
        Guest other = guests.get(command, shareWith);
        if (!policy.equals(other.policy())) {
            throw new SevException(
                    FirmwareStatus.POLICY_FAILURE,
                    command
                            + ": key of guest "
                            + shareWith
                            + ": expected its policy "
                            + other.policy()
                            + ", found "
                            + policy);
        }
        if (policy.has(GuestPolicy.Flag.NOKS)) {
            throw new SevException(
                    FirmwareStatus.POLICY_FAILURE,
                    command
                            + ": key of guest "
                            + shareWith
                            + ": policy "
                            + policy
                            + " forbids sharing (NOKS)");
        }
        return other.key().copy();
    }

    void add(Command command, Guest guest) {
        guest.advance(command);
        guests.add(guest);
        state = PlatformState.WORKING;
    }

    void remove(Guest guest) {
        erase(guest);
        if (guests.count() == 0) {
            state = PlatformState.INIT;
        }
    }

    private void erase(Guest guest) {
        guests.remove(guest);
        long stamp = guest.lock().writeLock();
        try {
            guest.erase();
        } finally {
            guest.lock().unlockWrite(stamp);
        }
    }
}
