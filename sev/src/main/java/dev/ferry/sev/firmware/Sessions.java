package dev.ferry.sev.firmware;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.cert.SevCertificate;
import dev.ferry.sev.policy.GuestPolicy;
import dev.ferry.sev.session.SessionBlob;
import dev.ferry.sev.session.TransportKeys;

/** What LAUNCH_START and RECEIVE_START do with a session: open it, then look at the policy. */
final class Sessions {

    private Sessions() {}

    /**
     * In the firmware's order: length of the session, of the certificate, the certificate, the wrap
     * MAC, the policy MAC, the policy's API version, its reserved bits. Source: AMD firmware
     * sev_mcmd.c, sev_mcmd_receive_start; sev_guest.c, sev_guest_verify_policy.
     */
    static TransportKeys open(
            Platform platform, Command command, byte[] session, byte[] peer, GuestPolicy policy)
            throws SevException {
        TransportKeys keys;
        try {
            SessionBlob blob = SessionBlob.parse(session);
            SevCertificate pdh = SevCertificate.parse(peer);
            keys = blob.open(platform.identity().pdh().key(), pdh, policy);
        } catch (SevException e) {
            throw command.refused(e);
        }
        try {
            checkPolicy(platform, command, policy);
            return keys;
        } catch (SevException e) {
            keys.close();
            throw e;
        }
    }

    private static void checkPolicy(Platform platform, Command command, GuestPolicy policy)
            throws SevException {
        FirmwareVersion version = platform.version();
        if (!policy.allows(version.apiMajor(), version.apiMinor())) {
            throw new SevException(
                    FirmwareStatus.POLICY_FAILURE,
                    command
                            + ": policy "
                            + policy
                            + ": expected API "
                            + policy.apiMajor()
                            + "."
                            + policy.apiMinor()
                            + " or later, found "
                            + version);
        }
        if (policy.reserved() != 0) {
            throw new SevException(
                    FirmwareStatus.POLICY_FAILURE,
                    command
                            + ": policy "
                            + policy
                            + ": expected reserved bits to be 0, found 0x"
                            + Integer.toHexString(policy.reserved()));
        }
    }
}
