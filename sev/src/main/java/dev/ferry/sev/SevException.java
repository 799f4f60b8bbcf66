package dev.ferry.sev;

/**
 * Something of SEV was refused: a certificate, a session, a packet, a command. Carries what the
 * firmware would answer. The message holds no secret and says what was expected and found.
 */
public class SevException extends Exception {
    private static final long serialVersionUID = 1L;

    private final FirmwareStatus status;

    /**
     * @param status never SUCCESS
     * @param message what was being looked at, what was expected, what was found
     */
    public SevException(FirmwareStatus status, String message) {
        super(message);
        this.status = status;
    }

    /** The same with a cause. */
    public SevException(FirmwareStatus status, String message, Throwable cause) {
        super(message, cause);
        this.status = status;
    }

    /** What the firmware answers in this case. */
    public FirmwareStatus status() {
        return status;
    }
}
