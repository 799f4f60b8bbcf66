package dev.ferry.sev.firmware;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;

/**
 * The address space identifiers a platform has: 1 to {@code total}, of which those up to {@code
 * encryptedState} are for SEV-ES guests alone and the others for SEV guests alone. CPUID 0x8000001f
 * tells them, as ECX and EDX - 1.
 *
 * @param total 1 to {@value #MAX}
 * @param encryptedState 0 to {@code total}
 */
public record AsidRange(int total, int encryptedState) {

    /** More than any processor has. */
    public static final int MAX = 0xffff;

    /** As many as a Rome processor has, a fifth of them for SEV-ES. */
    public static final AsidRange DEFAULT = new AsidRange(509, 99);

    /**
     * A range that makes sense.
     *
     * @throws SevException INVALID_CONFIG otherwise
     */
    public static AsidRange of(int total, int encryptedState) throws SevException {
        if (total < 1 || total > MAX || encryptedState < 0 || encryptedState > total) {
            throw new SevException(
                    FirmwareStatus.INVALID_CONFIG,
                    "ASIDs: expected 1 to "
                            + MAX
                            + " and no more of them for SEV-ES, found "
                            + total
                            + " and "
                            + encryptedState);
        }
        return new AsidRange(total, encryptedState);
    }
}
