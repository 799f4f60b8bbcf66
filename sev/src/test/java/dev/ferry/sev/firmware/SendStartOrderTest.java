package dev.ferry.sev.firmware;

import static dev.ferry.sev.FirmwareStatus.BAD_SIGNATURE;
import static dev.ferry.sev.FirmwareStatus.INVALID_CERTIFICATE;
import static dev.ferry.sev.FirmwareStatus.INVALID_GUEST;
import static dev.ferry.sev.FirmwareStatus.INVALID_GUEST_STATE;
import static dev.ferry.sev.FirmwareStatus.INVALID_LENGTH;
import static dev.ferry.sev.FirmwareStatus.INVALID_PLATFORM_STATE;
import static dev.ferry.sev.FirmwareStatus.POLICY_FAILURE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.cert.SevCertificate;
import dev.ferry.sev.policy.GuestPolicy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** SEND_START checks in the firmware's order: of two faults the first is told. */
final class SendStartOrderTest {

    /** NODBG, DOMAIN, SEV, API 1.55. */
    private static final GuestPolicy STRICT = new GuestPolicy(0x37010031);

    private static final int ASK_BYTES = 832;
    private static final int SIG1_VALUE = 0x41c;
    private static final int SIG2_VALUE = 0x624;

    /** The faults in the order in which they are looked for. */
    enum Fault {
        PLATFORM(INVALID_PLATFORM_STATE, "a platform in state WORKING"),
        HANDLE(INVALID_GUEST, "a guest's handle"),
        SESSION_LENGTH(INVALID_LENGTH, "session: expected 128"),
        GUEST_STATE(INVALID_GUEST_STATE, "expected state RUNNING"),
        NOSEND(POLICY_FAILURE, "NOSEND"),
        CHAIN_LENGTH(INVALID_LENGTH, "expected 6252"),
        PDH_LENGTH(INVALID_LENGTH, "expected 2084"),
        AMD_LENGTH(INVALID_LENGTH, "expected 1664"),
        ARK_SIGNATURE(BAD_SIGNATURE, "ARK:"),
        ASK_SIGNATURE(BAD_SIGNATURE, "ASK by ARK"),
        CEK_BODY(BAD_SIGNATURE, "CEK by ASK"),
        PEK_BY_CEK(BAD_SIGNATURE, "PEK by CEK"),
        PDH_BY_PEK(BAD_SIGNATURE, "PDH by PEK"),
        RECEIVER_API(POLICY_FAILURE, "expected a receiver of API 1.55"),
        OCA_SIGNATURE(BAD_SIGNATURE, "OCA by OCA"),
        PEK_BY_OCA(BAD_SIGNATURE, "PEK by OCA"),
        OTHER_OWNER(POLICY_FAILURE, "(DOMAIN)");

        final FirmwareStatus status;
        final String told;

        Fault(FirmwareStatus status, String told) {
            this.status = status;
            this.told = told;
        }
    }

    private static final PlatformFile SENDER = Owners.ONE.takes(Platforms.A);
    private static final PlatformFile RECEIVER = Owners.ONE.takes(Platforms.B);
    private static final PlatformFile OLD = Owners.ONE.takes(Platforms.ofVersion(1, 54));
    private static final PlatformFile FOREIGN = Owners.OTHER.takes(Platforms.B);
    private static final PlatformFile OLD_FOREIGN = Owners.OTHER.takes(Platforms.ofVersion(0, 255));

    private static PlatformFile receiver(Set<Fault> faults) {
        if (faults.contains(Fault.RECEIVER_API)) {
            return faults.contains(Fault.OTHER_OWNER) ? OLD_FOREIGN : OLD;
        }
        return faults.contains(Fault.OTHER_OWNER) ? FOREIGN : RECEIVER;
    }

    private static SevException given(Set<Fault> faults) throws SevException {
        try (TestHost host = TestHost.up(SENDER)) {
            GuestPolicy policy =
                    faults.contains(Fault.NOSEND)
                            ? new GuestPolicy(STRICT.value() | GuestPolicy.Flag.NOSEND.mask())
                            : STRICT;
            int handle =
                    host.guest(
                            faults.contains(Fault.GUEST_STATE)
                                    ? GuestState.LAUNCH_SECRET
                                    : GuestState.RUNNING,
                            policy);
            SendStart start = start(handle, faults);
            if (faults.contains(Fault.PLATFORM)) {
                host.firmware.shutdown();
            }
            return assertThrows(SevException.class, () -> host.firmware.sendStart(start));
        }
    }

    private static SendStart start(int handle, Set<Fault> faults) throws SevException {
        PlatformFile receiver = receiver(faults);
        byte[] pdh = receiver.pdh().bytes();
        byte[] chain = receiver.chain().bytes();
        byte[] amd = receiver.amdChain().bytes();
        int session = 128;
        for (Fault fault : faults) {
            switch (fault) {
                case PLATFORM, GUEST_STATE, NOSEND, RECEIVER_API, OTHER_OWNER -> {}
                case HANDLE -> handle = 77;
                case SESSION_LENGTH -> session = 127;
                case CHAIN_LENGTH -> chain = Arrays.copyOf(chain, chain.length - 1);
                case PDH_LENGTH -> pdh = Arrays.copyOf(pdh, pdh.length + 1);
                case AMD_LENGTH -> amd = Arrays.copyOf(amd, amd.length - 4);
                case ARK_SIGNATURE -> amd[amd.length - 8] ^= 1;
                case ASK_SIGNATURE -> amd[ASK_BYTES - 8] ^= 1;
                case CEK_BODY -> chain[2 * SevCertificate.BYTES + 0x300] ^= 1;
                case PEK_BY_CEK -> chain[SIG2_VALUE] ^= 1;
                case PDH_BY_PEK -> pdh[SIG1_VALUE] ^= 1;
                case OCA_SIGNATURE -> chain[SevCertificate.BYTES + SIG1_VALUE] ^= 1;
                case PEK_BY_OCA -> chain[SIG1_VALUE] ^= 1;
            }
        }
        return new SendStart(handle, pdh, chain, amd, session);
    }

    @Test
    void strictPolicyLetsASoundReceiverHaveTheGuest() throws SevException {
        try (TestHost host = TestHost.up(SENDER)) {
            int handle = host.guest(GuestState.RUNNING, STRICT);
            SendSession session = host.firmware.sendStart(start(handle, Set.of()));
            assertEquals(STRICT, session.policy());
            assertEquals(128, session.session().length);
            assertEquals(GuestState.SEND_UPDATE, host.firmware.guestStatus(handle).state());
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
            for (Fault second : EnumSet.range(first, Fault.OTHER_OWNER)) {
                if (first != second) {
                    pairs.add(EnumSet.of(first, second));
                }
            }
        }
        return pairs;
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void firstOfTwoFaultsIsTold(Set<Fault> both) throws SevException {
        Fault first = both.iterator().next();
        SevException told = given(both);
        assertEquals(first.status, told.status(), told.getMessage());
        TestHost.assertTells(first.told, told);
    }

    @Test
    void lengthOfTheSessionIsToldToWhoAsks() throws SevException {
        try (TestHost host = TestHost.up(Platforms.A)) {
            int handle = host.guest(GuestState.LAUNCH_UPDATE, TestHost.ES);
            LengthException told =
                    assertThrows(
                            LengthException.class,
                            () ->
                                    host.firmware.sendStart(
                                            new SendStart(
                                                    handle,
                                                    new byte[0],
                                                    new byte[0],
                                                    new byte[0],
                                                    0)));
            assertEquals(INVALID_LENGTH, told.status());
            assertEquals(128, told.required());
        }
    }

    @Test
    void withoutDomainAndSevOnlyThePdhIsLookedAt() throws SevException {
        try (TestHost host = TestHost.up(Platforms.A)) {
            int handle = host.guest(GuestState.RUNNING, new GuestPolicy(0));
            byte[] unsigned = host.peerCertificate().bytes();
            host.firmware.sendStart(SendStart.of(handle, unsigned, new byte[0], new byte[0]));
            host.firmware.sendCancel(handle);

            byte[] none = new byte[0];
            assertEquals(INVALID_LENGTH, sendTo(host, handle, Arrays.copyOf(unsigned, 2080), none));
            byte[] offCurve = unsigned.clone();
            offCurve[0x14] ^= 1;
            assertEquals(INVALID_CERTIFICATE, sendTo(host, handle, offCurve, none));
            byte[] otherUsage = unsigned.clone();
            otherUsage[8] = 2;
            assertEquals(INVALID_CERTIFICATE, sendTo(host, handle, otherUsage, none));
            byte[] otherVersion = unsigned.clone();
            otherVersion[0] = 2;
            assertEquals(INVALID_CERTIFICATE, sendTo(host, handle, otherVersion, none));
            assertEquals(GuestState.RUNNING, host.firmware.guestStatus(handle).state());
        }
    }

    private static FirmwareStatus sendTo(TestHost host, int handle, byte[] pdh, byte[] chain) {
        return TestHost.status(
                () -> host.firmware.sendStart(SendStart.of(handle, pdh, chain, new byte[0])));
    }

    @Test
    void withSevAloneTheOwnersSignatureIsNotLookedAt() throws SevException {
        try (TestHost host = TestHost.up(SENDER)) {
            int handle =
                    host.guest(GuestState.RUNNING, new GuestPolicy(GuestPolicy.Flag.SEV.mask()));
            host.firmware.sendStart(
                    start(handle, EnumSet.of(Fault.OCA_SIGNATURE, Fault.PEK_BY_OCA)));
        }
    }

    @Test
    void withDomainAloneAmdIsNotLookedAt() throws SevException {
        try (TestHost host = TestHost.up(SENDER)) {
            int handle =
                    host.guest(GuestState.RUNNING, new GuestPolicy(GuestPolicy.Flag.DOMAIN.mask()));
            host.firmware.sendStart(
                    start(handle, EnumSet.of(Fault.AMD_LENGTH, Fault.CEK_BODY, Fault.PEK_BY_CEK)));
        }
    }

    @Test
    void anotherMakersPlatformIsNotGenuine() throws SevException {
        PlatformFile stranger = Platforms.create(PlatformOptions.DEFAULT.withRootBits(2048));
        try (TestHost host = TestHost.up(Platforms.A)) {
            int handle =
                    host.guest(GuestState.RUNNING, new GuestPolicy(GuestPolicy.Flag.SEV.mask()));
            SevException told =
                    assertThrows(
                            SevException.class,
                            () -> host.firmware.sendStart(host.departure(handle, stranger)));
            assertEquals(INVALID_CERTIFICATE, told.status());
            TestHost.assertTells("ARK", told);
        }
    }

    @Test
    void cekThatThePlatformItselfExportsIsUnsigned() throws SevException {
        try (TestHost host = TestHost.up(Platforms.A);
                TestHost receiver = TestHost.up(Platforms.B)) {
            int handle =
                    host.guest(GuestState.RUNNING, new GuestPolicy(GuestPolicy.Flag.SEV.mask()));
            PdhExport export = receiver.firmware.pdhCertExport(2084, 6252);
            byte[] amd = receiver.firmware.amdChain().bytes();
            assertEquals(
                    INVALID_CERTIFICATE,
                    TestHost.status(() ->
                            host.firmware.sendStart(
                                    SendStart.of(
                                            handle,
                                            export.pdh().bytes(),
                                            export.chain().bytes(),
                                            amd))));
            host.firmware.sendStart(
                    SendStart.of(
                            handle,
                            export.pdh().bytes(),
                            receiver.firmware.endorsedChain().bytes(),
                            amd));
            assertArrayEquals(
                    export.chain().pek().bytes(), receiver.firmware.endorsedChain().pek().bytes());
        }
    }
}
