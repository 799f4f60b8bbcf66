package dev.ferry.sev.firmware;

import dev.ferry.sev.policy.GuestPolicy;

/**
 * What RECEIVE_START is given.
 *
 * @param policy what the sender says the guest's policy is; the session vouches for it
 * @param shareWith the guest whose memory key it shares, 0 for a key of its own
 * @param pdh the sender's PDH certificate; its signature is not looked at
 * @param session the session blob
 * @param memory the memory the guest is to live in
 */
@SuppressWarnings("ArrayRecordComponent")
public record ReceiveStart(
        GuestPolicy policy, int shareWith, byte[] pdh, byte[] session, GuestMemory memory) {

    /** A guest with a key of its own. */
    public static ReceiveStart of(
            GuestPolicy policy, byte[] pdh, byte[] session, GuestMemory memory) {
        return new ReceiveStart(policy, 0, pdh, session, memory);
    }
}
