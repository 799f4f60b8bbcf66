package dev.ferry.sev.firmware;

import static dev.ferry.sev.firmware.GuestState.LAUNCH_UPDATE;
import static dev.ferry.sev.firmware.GuestState.RECEIVE_UPDATE;
import static dev.ferry.sev.firmware.GuestState.RUNNING;
import static dev.ferry.sev.firmware.GuestState.SEND_UPDATE;
import static dev.ferry.sev.firmware.GuestState.SENT;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The commands, and in which states of the platform and of the guest each of them is legal.
 *
 * <p>Source: SEV API, chapters Platform Management and Guest Management; AMD firmware sev_mcmd.h
 * (numbers), sev_mcmd.c (which states each command asks for), sev_guest.c (state_tbl_sev).
 */
public enum Command {
    INIT(0x01, Platforms.UNINIT),
    SHUTDOWN(0x02, Platforms.ANY),
    /** PLATFORM_RESET in the first editions of the API. */
    FACTORY_RESET(0x03, Platforms.UNINIT),
    PLATFORM_STATUS(0x04, Platforms.ANY),
    PEK_GEN(0x05, Platforms.INIT),
    PEK_CSR(0x06, Platforms.INITIALIZED),
    PEK_CERT_IMPORT(0x07, Platforms.INIT),
    PDH_CERT_EXPORT(0x08, Platforms.INITIALIZED),
    PDH_GEN(0x09, Platforms.INITIALIZED),
    /** The firmware does not look at the platform's state. */
    DF_FLUSH(0x0a, Platforms.ANY),
    /** Nor here. */
    GET_ID(0x0c, Platforms.ANY),

    DECOMMISSION(0x20, Platforms.WORKING, EnumSet.range(LAUNCH_UPDATE, SENT), GuestState.UNINIT),
    ACTIVATE(0x21, Platforms.WORKING, EnumSet.range(LAUNCH_UPDATE, RECEIVE_UPDATE), null),
    DEACTIVATE(0x22, Platforms.WORKING, EnumSet.range(LAUNCH_UPDATE, SENT), null),
    GUEST_STATUS(0x23, Platforms.INITIALIZED, EnumSet.allOf(GuestState.class), null),

    LAUNCH_START(0x30, Platforms.INITIALIZED, EnumSet.of(GuestState.UNINIT), LAUNCH_UPDATE),
    LAUNCH_UPDATE_DATA(0x31, Platforms.WORKING, EnumSet.of(LAUNCH_UPDATE), null),
    LAUNCH_UPDATE_VMSA(0x32, Platforms.WORKING, EnumSet.of(LAUNCH_UPDATE), null),
    LAUNCH_MEASURE(0x33, Platforms.WORKING, EnumSet.of(LAUNCH_UPDATE), GuestState.LAUNCH_SECRET),
    LAUNCH_SECRET(0x34, Platforms.WORKING, EnumSet.of(GuestState.LAUNCH_SECRET), null),
    LAUNCH_FINISH(0x35, Platforms.WORKING, EnumSet.of(GuestState.LAUNCH_SECRET), RUNNING),
    ATTESTATION(
            0x36,
            Platforms.WORKING,
            EnumSet.of(GuestState.LAUNCH_SECRET, RUNNING, SEND_UPDATE, SENT),
            null),

    SEND_START(0x40, Platforms.WORKING, EnumSet.of(RUNNING), SEND_UPDATE),
    SEND_UPDATE_DATA(0x41, Platforms.WORKING, EnumSet.of(SEND_UPDATE), null),
    SEND_UPDATE_VMSA(0x42, Platforms.WORKING, EnumSet.of(SEND_UPDATE), null),
    SEND_FINISH(0x43, Platforms.WORKING, EnumSet.of(SEND_UPDATE), SENT),
    SEND_CANCEL(0x44, Platforms.WORKING, EnumSet.of(SEND_UPDATE), RUNNING),

    RECEIVE_START(0x50, Platforms.INITIALIZED, EnumSet.of(GuestState.UNINIT), RECEIVE_UPDATE),
    RECEIVE_UPDATE_DATA(0x51, Platforms.WORKING, EnumSet.of(RECEIVE_UPDATE), null),
    RECEIVE_UPDATE_VMSA(0x52, Platforms.WORKING, EnumSet.of(RECEIVE_UPDATE), null),
    RECEIVE_FINISH(0x53, Platforms.WORKING, EnumSet.of(RECEIVE_UPDATE), RUNNING),

    DBG_DECRYPT(0x60, Platforms.WORKING, EnumSet.range(LAUNCH_UPDATE, SENT), null),
    DBG_ENCRYPT(0x61, Platforms.WORKING, EnumSet.range(LAUNCH_UPDATE, SENT), null);

    private static final PlatformState[] PLATFORM_STATES = PlatformState.values();
    private static final GuestState[] GUEST_STATES = GuestState.values();

    private final int id;
    private final int platformStates;
    private final int guestStates;
    private final @Nullable GuestState next;

    Command(int id, Set<PlatformState> platformStates) {
        this(id, platformStates, EnumSet.noneOf(GuestState.class), null);
    }

    Command(
            int id,
            Set<PlatformState> platformStates,
            Set<GuestState> guestStates,
            @Nullable GuestState next) {
        this.id = id;
        this.platformStates = bits(platformStates);
        this.guestStates = bits(guestStates);
        this.next = next;
    }

    private static int bits(Set<? extends Coded> states) {
        int bits = 0;
        for (Coded state : states) {
            bits |= state.bit();
        }
        return bits;
    }

    /** The number in the command register. */
    public int id() {
        return id;
    }

    /** Whether it is legal in that state of the platform. */
    public boolean isLegalIn(PlatformState state) {
        return (platformStates & state.bit()) != 0;
    }

    /** Whether it is legal in that state of the guest; never, for a command that names no guest. */
    public boolean isLegalIn(GuestState state) {
        return (guestStates & state.bit()) != 0;
    }

    /** The state it brings the guest into; empty if it leaves the state alone. */
    public Optional<GuestState> next() {
        return Optional.ofNullable(next);
    }

    void checkPlatform(PlatformState state) throws SevException {
        if (!isLegalIn(state)) {
            throw new SevException(
                    FirmwareStatus.INVALID_PLATFORM_STATE,
                    this
                            + ": expected a platform in state "
                            + names(PLATFORM_STATES, platformStates)
                            + ", found "
                            + state);
        }
    }

    void checkGuest(Guest guest) throws SevException {
        GuestState state = guest.state();
        if (!isLegalIn(state)) {
            throw new SevException(
                    FirmwareStatus.INVALID_GUEST_STATE,
                    this
                            + " of guest "
                            + guest.handle()
                            + ": expected state "
                            + names(GUEST_STATES, guestStates)
                            + ", found "
                            + state);
        }
    }

    /** What a part of the command refused, in the command's name. */
    SevException refused(SevException cause) {
        return new SevException(cause.status(), this + ": " + cause.getMessage(), cause);
    }

    private static String names(Coded[] states, int bits) {
        StringBuilder names = new StringBuilder();
        for (Coded state : states) {
            if ((bits & state.bit()) != 0) {
                names.append(names.isEmpty() ? "" : " or ").append(state);
            }
        }
        return names.toString();
    }

    /** Sets of platform states; an enum's constants cannot name its own static fields. */
    private static final class Platforms {
        static final Set<PlatformState> UNINIT = EnumSet.of(PlatformState.UNINIT);
        static final Set<PlatformState> INIT = EnumSet.of(PlatformState.INIT);
        static final Set<PlatformState> WORKING = EnumSet.of(PlatformState.WORKING);
        static final Set<PlatformState> INITIALIZED =
                EnumSet.of(PlatformState.INIT, PlatformState.WORKING);
        static final Set<PlatformState> ANY = EnumSet.allOf(PlatformState.class);

        private Platforms() {}
    }
}
