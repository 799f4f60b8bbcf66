package dev.ferry.sev.firmware;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.session.ManifestMac;

/**
 * What AMD's firmware does not have: a MAC over all packets of a migration, made and checked where
 * the transport keys are. Between the first packet and SEND_FINISH or RECEIVE_FINISH.
 */
final class ManifestCommands {
    private final Platform platform;

    ManifestCommands(Platform platform) {
        this.platform = platform;
    }

    byte[] mac(int handle, long packets, byte[] digest) throws SevException {
        // Legal where packets are.
        Command command = Command.SEND_UPDATE_DATA;
        platform.check(command);
        checkHash("manifest digest", digest);
        Guest guest = platform.guest(command, handle);
        long stamp = guest.lock().readLock();
        try {
            guest.checkThere(command);
            command.checkGuest(guest);
            return ManifestMac.of(guest.channel().keys(), packets, digest);
        } finally {
            guest.lock().unlockRead(stamp);
        }
    }

    void check(int handle, long packets, byte[] digest, byte[] mac) throws SevException {
        Command command = Command.RECEIVE_UPDATE_DATA;
        platform.check(command);
        checkHash("manifest digest", digest);
        Guest guest = platform.guest(command, handle);
        long stamp = guest.lock().readLock();
        try {
            guest.checkThere(command);
            command.checkGuest(guest);
            if (!ManifestMac.fits(guest.channel().keys(), packets, digest, mac)) {
                throw new SevException(
                        FirmwareStatus.BAD_MEASUREMENT,
                        "manifest: its MAC is not that of guest " + handle + "'s session");
            }
        } finally {
            guest.lock().unlockRead(stamp);
        }
    }

    private static void checkHash(String what, byte[] hash) throws SevException {
        if (hash.length != ManifestMac.BYTES) {
            throw new SevException(
                    FirmwareStatus.INVALID_LENGTH,
                    what + ": expected " + ManifestMac.BYTES + " bytes, found " + hash.length);
        }
    }
}
