package dev.ferry.sev.cert;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;

/**
 * Whether something is valid: what the firmware answers, and why.
 *
 * @param status SUCCESS if it is
 * @param reason one sentence without a full stop; empty if it is valid
 */
public record Verdict(FirmwareStatus status, String reason) {

    /** Valid. */
    public static final Verdict VALID = new Verdict(FirmwareStatus.SUCCESS, "");

    static Verdict invalidCertificate(String reason) {
        return new Verdict(FirmwareStatus.INVALID_CERTIFICATE, reason);
    }

    static Verdict badSignature(String reason) {
        return new Verdict(FirmwareStatus.BAD_SIGNATURE, reason);
    }

    /** Whether the firmware takes it. */
    public boolean isValid() {
        return status == FirmwareStatus.SUCCESS;
    }

    /**
     * Does nothing if it is valid.
     *
     * @throws SevException with the status and the reason if it is not
     */
    public void require() throws SevException {
        if (!isValid()) {
            throw new SevException(status, reason);
        }
    }

    /** Such as {@code valid}, or {@code BAD_SIGNATURE (0xa): ...}. */
    @Override
    public String toString() {
        return isValid() ? "valid" : status + ": " + reason;
    }
}
