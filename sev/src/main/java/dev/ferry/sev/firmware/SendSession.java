package dev.ferry.sev.firmware;

import dev.ferry.sev.policy.GuestPolicy;

/**
 * What SEND_START gives: what the receiver's RECEIVE_START needs beside the sender's PDH.
 *
 * @param session 128 bytes; the transport keys in it are wrapped
 */
@SuppressWarnings("ArrayRecordComponent")
public record SendSession(GuestPolicy policy, byte[] session) {}
