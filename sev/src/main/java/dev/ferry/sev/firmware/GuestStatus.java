package dev.ferry.sev.firmware;

import dev.ferry.sev.policy.GuestPolicy;

/**
 * What GUEST_STATUS tells.
 *
 * @param state UNINIT for a handle that names no guest; the rest is 0 then
 * @param asid 0 if the guest is not activated
 */
public record GuestStatus(GuestState state, GuestPolicy policy, int asid) {}
