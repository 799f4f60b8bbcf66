package dev.ferry.sev.firmware;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import java.util.Arrays;
import java.util.List;

/**
 * INVALID_LENGTH of a command that tells which length it wants: how a host asks for the size of a
 * buffer before it has one.
 *
 * <p>SEND_START tells the session's length, SEND_UPDATE_* the packet header's, LAUNCH_MEASURE,
 * ATTESTATION, PEK_CSR and GET_ID that of what they write, PDH_CERT_EXPORT two: the certificate's
 * and the chain's. Source: SEV API, the buffers that are read and written by these commands.
 */
public final class LengthException extends SevException {
    private static final long serialVersionUID = 1L;

    private final int[] lengths;

    LengthException(Command command, String what, int found, int... lengths) {
        super(
                FirmwareStatus.INVALID_LENGTH,
                command
                        + ": "
                        + what
                        + ": expected "
                        + lengths[0]
                        + " bytes, found "
                        + Integer.toUnsignedString(found));
        this.lengths = lengths.clone();
    }

    /** The length wanted; the first, where there are several. */
    public int required() {
        return lengths[0];
    }

    /** Every length wanted, in the order of the command's buffers. */
    public List<Integer> lengths() {
        return Arrays.stream(lengths).boxed().toList();
    }
}
