package dev.ferry.sev.firmware;

/**
 * What SEND_START is given.
 *
 * @param handle the guest
 * @param pdh the receiver's PDH certificate
 * @param platformChain its PEK, OCA, CEK: looked at if the policy says DOMAIN or SEV
 * @param amdChain its ASK, ARK: looked at if the policy says SEV
 * @param sessionLength room for the session: any but 128 is answered with the length wanted
 */
@SuppressWarnings("ArrayRecordComponent")
public record SendStart(
        int handle, byte[] pdh, byte[] platformChain, byte[] amdChain, int sessionLength) {

    /** Bytes of a session. */
    public static final int SESSION_BYTES = 128;

    /** With room for the session. */
    public static SendStart of(int handle, byte[] pdh, byte[] platformChain, byte[] amdChain) {
        return new SendStart(handle, pdh, platformChain, amdChain, SESSION_BYTES);
    }
}
