package dev.ferry.sev.firmware;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.policy.GuestPolicy;
import java.util.Arrays;

/**
 * What lets the host look into a guest whose policy does not forbid it.
 *
 * <p>Source: SEV API, chapter Debugging; AMD firmware sev_mcmd.c, sev_mcmd_dbg_decrypt.
 */
final class DebugCommands {
    private static final int PART_BYTES = 0x5000;

    private final Platform platform;

    DebugCommands(Platform platform) {
        this.platform = platform;
    }

    void dbgDecrypt(int handle, long address, byte[] into, int at, int length) throws SevException {
        copy(Command.DBG_DECRYPT, handle, address, into, at, length);
    }

    void dbgEncrypt(int handle, long address, byte[] from, int at, int length) throws SevException {
        copy(Command.DBG_ENCRYPT, handle, address, from, at, length);
    }

    /** Addresses and length come before the guest is looked for, as in the firmware. */
    private void copy(Command command, int handle, long address, byte[] host, int at, int length)
            throws SevException {
        platform.check(command);
        Ranges.checkAligned(command, address);
        Ranges.checkAligned(command, at);
        if (length < 0 || length % Ranges.BLOCK_BYTES != 0) {
            throw Ranges.badLength(command, "length", "a multiple of 16", length);
        }
        Guest guest = platform.guest(command, handle);
        long stamp = guest.lock().readLock();
        try {
            guest.checkThere(command);
            if (guest.policy().has(GuestPolicy.Flag.NODBG)) {
                throw new SevException(
                        FirmwareStatus.POLICY_FAILURE,
                        command + ": policy " + guest.policy() + " forbids debugging (NODBG)");
            }
            guest.checkActive(command);
            Ranges.checkInside(command, guest.memory(), address, length);
            Ranges.checkHost(command, "host's bytes", at >= 0 && at <= host.length - length);
            crypt(command, guest, address, host, at, length);
        } finally {
            guest.lock().unlockRead(stamp);
        }
    }

    private static void crypt(
            Command command, Guest guest, long address, byte[] host, int at, int length) {
        byte[] part = new byte[Math.min(PART_BYTES, length)];
        for (int done = 0; done < length; done += part.length) {
            int bytes = Math.min(part.length, length - done);
            if (command == Command.DBG_DECRYPT) {
                guest.memory().read(address + done, part, 0, bytes);
                guest.memoryEncryption().decrypt(address + done, part, 0, bytes);
                System.arraycopy(part, 0, host, at + done, bytes);
            } else {
                System.arraycopy(host, at + done, part, 0, bytes);
                guest.memoryEncryption().encrypt(address + done, part, 0, bytes);
                guest.memory().write(address + done, part, 0, bytes);
            }
        }
        Arrays.fill(part, (byte) 0);
    }
}
