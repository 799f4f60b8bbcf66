package dev.ferry.sev.firmware;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;

/**
 * What INIT is given.
 *
 * @param flags bit 0 turns SEV-ES on; the others are 0
 * @param tmrAddress of the memory the firmware takes for itself, on a boundary of 1 MiB; not looked
 *     at without SEV-ES
 * @param tmrLength 1 MiB
 */
public record InitParameters(int flags, long tmrAddress, int tmrLength) {

    /** The flag that turns SEV-ES on. */
    public static final int ES = 1;

    /** Bytes and boundary of the firmware's own memory. */
    public static final int TMR_BYTES = 0x100000;

    /** SEV alone. */
    public static final InitParameters SEV = new InitParameters(0, 0, 0);

    /** SEV and SEV-ES. */
    public static final InitParameters SEV_ES = new InitParameters(ES, 0, TMR_BYTES);

    boolean encryptedState() {
        return (flags & ES) != 0;
    }

    void checkFlags() throws SevException {
        if ((flags & ~ES) != 0) {
            throw new SevException(
                    FirmwareStatus.INVALID_CONFIG,
                    "INIT: flags: expected none but 0x1, found 0x" + Integer.toHexString(flags));
        }
    }

    void checkMemory() throws SevException {
        if (!encryptedState()) {
            return;
        }
        if ((tmrAddress & TMR_BYTES - 1) != 0) {
            throw new SevException(
                    FirmwareStatus.INVALID_ADDRESS,
                    "INIT: trusted memory region: expected a boundary of 0x100000, found 0x"
                            + Long.toHexString(tmrAddress));
        }
        if (tmrLength != TMR_BYTES) {
            throw new SevException(
                    FirmwareStatus.INVALID_LENGTH,
                    "INIT: trusted memory region: expected 0x100000 bytes, found 0x"
                            + Integer.toHexString(tmrLength));
        }
    }
}
