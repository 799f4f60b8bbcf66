package dev.ferry.sev.firmware;

import dev.ferry.sev.policy.GuestPolicy;

/**
 * What LAUNCH_START is given.
 *
 * @param policy what may be done with the guest
 * @param shareWith the guest whose memory key it shares, 0 for a key of its own
 * @param ownerDh the owner's Diffie-Hellman certificate; empty if the owner takes no part: then the
 *     policy is not looked at and the transport keys are zero
 * @param session the session blob that goes with it
 * @param memory the memory the guest lives in
 */
@SuppressWarnings("ArrayRecordComponent")
public record LaunchStart(
        GuestPolicy policy, int shareWith, byte[] ownerDh, byte[] session, GuestMemory memory) {

    /** A guest with a key of its own, without an owner. */
    public static LaunchStart of(GuestPolicy policy, GuestMemory memory) {
        return new LaunchStart(policy, 0, new byte[0], new byte[0], memory);
    }

    /** A guest with a key of its own, whose owner shares a session with the platform. */
    public static LaunchStart of(
            GuestPolicy policy, byte[] ownerDh, byte[] session, GuestMemory memory) {
        return new LaunchStart(policy, 0, ownerDh, session, memory);
    }
}
