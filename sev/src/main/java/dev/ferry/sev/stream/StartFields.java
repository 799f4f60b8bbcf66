package dev.ferry.sev.stream;

import dev.ferry.sev.policy.GuestPolicy;

/**
 * What the first encrypted page of a stream brings along for RECEIVE_START. Nothing in it is
 * secret: the session's keys are wrapped.
 */
public final class StartFields {

    private final long at;
    private final GuestPolicy policy;
    private final byte[] pdh;
    private final byte[] session;

    /**
     * @param at offset of the policy in the stream; 0 if there is no stream yet
     * @param policy the guest's
     * @param pdh the sending platform's PDH certificate; copied
     * @param session the session blob; copied
     */
    public StartFields(long at, GuestPolicy policy, byte[] pdh, byte[] session) {
        this.at = at;
        this.policy = policy;
        this.pdh = pdh.clone();
        this.session = session.clone();
    }

    /** Offset of the policy in the stream. */
    public long at() {
        return at;
    }

    /** The guest's policy. */
    public GuestPolicy policy() {
        return policy;
    }

    /** The sending platform's PDH certificate: a copy. */
    public byte[] pdh() {
        return pdh.clone();
    }

    /** The session blob: a copy. */
    public byte[] session() {
        return session.clone();
    }

    /** Offset of the PDH certificate's first byte in the stream. */
    public long pdhAt() {
        return at + 4 + 4;
    }

    /** Offset of the session blob's first byte in the stream. */
    public long sessionAt() {
        return pdhAt() + pdh.length + 4;
    }
}
