package dev.ferry.sev.firmware;

import static dev.ferry.sev.FirmwareStatus.BAD_MEASUREMENT;
import static dev.ferry.sev.FirmwareStatus.INVALID_CERTIFICATE;
import static dev.ferry.sev.FirmwareStatus.INVALID_GUEST;
import static dev.ferry.sev.FirmwareStatus.INVALID_LENGTH;
import static dev.ferry.sev.FirmwareStatus.INVALID_PLATFORM_STATE;
import static dev.ferry.sev.FirmwareStatus.POLICY_FAILURE;
import static dev.ferry.sev.FirmwareStatus.RESOURCE_LIMIT;
import static dev.ferry.sev.FirmwareStatus.UNSUPPORTED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.policy.GuestPolicy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * RECEIVE_START checks in the firmware's order: of two faults the first is told. LAUNCH_START with
 * an owner's session does the same, but for the first.
 */
final class ReceiveStartOrderTest {

    private static final int WRAP_MAC = 64;
    private static final int POLICY_MAC = 96;

    /** The faults in the order in which they are looked for. */
    enum Fault {
        PLATFORM(INVALID_PLATFORM_STATE, "expected a platform in state INIT or WORKING"),
        SESSION_LENGTH(INVALID_LENGTH, "expected 128"),
        PDH_LENGTH(INVALID_LENGTH, "expected 2084"),
        PDH_USAGE(INVALID_CERTIFICATE, "PDH"),
        WRAP_MAC(BAD_MEASUREMENT, "wrap MAC"),
        POLICY_MAC(BAD_MEASUREMENT, "policy MAC"),
        API(POLICY_FAILURE, "expected API 1.56 or later"),
        RESERVED(POLICY_FAILURE, "reserved bits"),
        SHARED_GUEST(INVALID_GUEST, "a guest's handle"),
        SHARED_POLICY(POLICY_FAILURE, "expected its policy"),
        NOKS(POLICY_FAILURE, "NOKS"),
        HANDLES(RESOURCE_LIMIT, "fewer than 1024 guests"),
        ENCRYPTED_STATE(UNSUPPORTED, "expected SEV-ES to be on");

        final FirmwareStatus status;
        final String told;

        Fault(FirmwareStatus status, String told) {
            this.status = status;
            this.told = told;
        }
    }

    private static GuestPolicy policy(Set<Fault> faults) {
        int policy = faults.contains(Fault.API) ? 0x38010000 : 0x37010000;
        policy |= faults.contains(Fault.RESERVED) ? 0x8000 : 0;
        policy |= faults.contains(Fault.ENCRYPTED_STATE) ? GuestPolicy.Flag.ES.mask() : 0;
        policy |= faults.contains(Fault.NOKS) ? GuestPolicy.Flag.NOKS.mask() : 0;
        return new GuestPolicy(policy);
    }

    private static ReceiveStart start(TestHost host, Set<Fault> faults) throws SevException {
        GuestPolicy policy = policy(faults);
        int shareWith = 0;
        if (faults.contains(Fault.SHARED_POLICY)) {
            shareWith = host.firmware.launchStart(LaunchStart.of(other(policy), host.guestMemory));
        } else if (faults.contains(Fault.NOKS)) {
            shareWith = host.firmware.launchStart(LaunchStart.of(policy, host.guestMemory));
        }
        if (faults.contains(Fault.SHARED_GUEST)) {
            shareWith = GuestTable.GUESTS + 1;
        }
        if (faults.contains(Fault.HANDLES)) {
            while (host.firmware.platformStatus().guests() < GuestTable.GUESTS) {
                host.firmware.launchStart(LaunchStart.of(new GuestPolicy(0), host.guestMemory));
            }
        }
        ReceiveStart sound = host.arrival(policy, shareWith);
        byte[] session = sound.session();
        byte[] pdh = sound.pdh();
        for (Fault fault : faults) {
            switch (fault) {
                case WRAP_MAC -> session[WRAP_MAC] ^= 1;
                case POLICY_MAC -> session[POLICY_MAC] ^= 1;
                case PDH_USAGE -> pdh[8] ^= 1;
                default -> {}
            }
        }
        if (faults.contains(Fault.SESSION_LENGTH)) {
            session = Arrays.copyOf(session, 129);
        }
        if (faults.contains(Fault.PDH_LENGTH)) {
            pdh = Arrays.copyOf(pdh, 2083);
        }
        return new ReceiveStart(policy, shareWith, pdh, session, host.guestMemory);
    }

    /** A policy that differs; launched without an owner, none is looked at. */
    private static GuestPolicy other(GuestPolicy policy) {
        return new GuestPolicy(policy.value() ^ GuestPolicy.Flag.NODBG.mask());
    }

    private static SevException given(Set<Fault> faults) throws SevException {
        try (TestHost host = new TestHost(Platforms.A)) {
            host.firmware.init(
                    faults.contains(Fault.ENCRYPTED_STATE)
                            ? InitParameters.SEV
                            : InitParameters.SEV_ES);
            ReceiveStart start = start(host, faults);
            if (faults.contains(Fault.PLATFORM)) {
                host.firmware.shutdown();
            }
            return assertThrows(SevException.class, () -> host.firmware.receiveStart(start));
        }
    }

    @ParameterizedTest
    @EnumSource
    void faultIsToldByItsNumber(Fault fault) throws SevException {
        SevException told = given(EnumSet.of(fault));
        assertEquals(fault.status, told.status());
        TestHost.assertTells(fault.told, told);
    }

    static List<Set<Fault>> pairs() {
        List<Set<Fault>> pairs = new ArrayList<>();
        for (Fault first : Fault.values()) {
            for (Fault second : EnumSet.range(first, Fault.ENCRYPTED_STATE)) {
                if (first != second && canMeet(first, second)) {
                    pairs.add(EnumSet.of(first, second));
                }
            }
        }
        return pairs;
    }

    /**
     * Where SEV-ES is off no guest with a SEV-ES policy is there to share a key with; the guest
     * whose policy forbids sharing has the policy asked for.
     */
    private static boolean canMeet(Fault first, Fault second) {
        Set<Fault> sharing = EnumSet.of(Fault.SHARED_POLICY, Fault.NOKS);
        return !(second == Fault.ENCRYPTED_STATE && sharing.contains(first));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void firstOfTwoFaultsIsTold(Set<Fault> both) throws SevException {
        Fault first = both.iterator().next();
        SevException told = given(both);
        assertEquals(first.status, told.status(), told::toString);
        TestHost.assertTells(first.told, told);
    }
}
