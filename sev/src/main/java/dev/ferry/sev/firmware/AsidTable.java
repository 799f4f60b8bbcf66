package dev.ferry.sev.firmware;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import java.util.Arrays;

/**
 * Which ASIDs are in whose use, and whether the caches may still hold lines under one.
 *
 * <pre>
 *  DIRTY --DF_FLUSH--> CLEAN --ACTIVATE--> ALLOCATED --the guest runs--> IN_USE --DEACTIVATE--> DIRTY
 *                            &lt;--DEACTIVATE-- ALLOCATED
 * </pre>
 *
 * After INIT every ASID is dirty. DF_FLUSH wants WBINVD executed on all cores since INIT and since
 * the last ASID in use was given back. Source: SEV API, ACTIVATE, DEACTIVATE, DF_FLUSH; AMD
 * firmware sev_mcmd.c, activate_common, sev_mcmd_deactivate, mcmd_df_flush_common. Guarded by the
 * processor.
 */
final class AsidTable {

    private enum Use {
        DIRTY,
        CLEAN,
        ALLOCATED,
        IN_USE
    }

    private final int firstPlain;
    private final Use[] uses;
    private boolean flushed;

    AsidTable(AsidRange range) {
        this.firstPlain = range.encryptedState() + 1;
        this.uses = new Use[range.total()];
        reset();
    }

    /** After INIT: the caches are full of what was before. */
    void reset() {
        Arrays.fill(uses, Use.DIRTY);
        flushed = false;
    }

    /** WBINVD was executed on all cores. */
    void wbinvd() {
        flushed = true;
    }

    void flush() throws SevException {
        if (!flushed) {
            throw new SevException(
                    FirmwareStatus.WBINVD_REQUIRED,
                    "DF_FLUSH: expected WBINVD on all cores, found none since an ASID was in use");
        }
        for (int i = 0; i < uses.length; i++) {
            if (uses[i] == Use.DIRTY) {
                uses[i] = Use.CLEAN;
            }
        }
    }

    /** Checks the order of ACTIVATE: range, owner, the guest's own activity, its state, flush. */
    void activate(Guest guest, int asid) throws SevException {
        if (asid < 1 || asid > uses.length) {
            throw refused(
                    FirmwareStatus.INVALID_ASID,
                    "expected an ASID of 1 to "
                            + uses.length
                            + ", found "
                            + Integer.toUnsignedString(asid));
        }
        Use use = uses[asid - 1];
        if (use == Use.ALLOCATED || use == Use.IN_USE) {
            throw refused(FirmwareStatus.ASID_OWNED, "ASID " + asid + " belongs to another guest");
        }
        if (guest.asid() != 0) {
            throw refused(
                    FirmwareStatus.ACTIVE,
                    "guest " + guest.handle() + " already has ASID " + guest.asid());
        }
        Command.ACTIVATE.checkGuest(guest);
        if (use == Use.DIRTY) {
            throw refused(
                    FirmwareStatus.DF_FLUSH_REQUIRED, "ASID " + asid + " was not flushed since");
        }
        if (guest.encryptedState() != asid < firstPlain) {
            throw refused(
                    FirmwareStatus.INVALID_ASID,
                    guest.encryptedState()
                            ? "expected an ASID below " + firstPlain + " for SEV-ES, found " + asid
                            : "expected an ASID of " + firstPlain + " or more, found " + asid);
        }
        uses[asid - 1] = Use.ALLOCATED;
        guest.bind(asid);
        started(guest);
    }

    /** A guest that may run now takes its ASID in use, if it has one. */
    void started(Guest guest) {
        GuestState state = guest.state();
        boolean runs = state == GuestState.RUNNING || state == GuestState.SEND_UPDATE;
        if (guest.asid() != 0 && runs) {
            uses[guest.asid() - 1] = Use.IN_USE;
        }
    }

    void deactivate(Guest guest) {
        int index = guest.asid() - 1;
        if (uses[index] == Use.IN_USE) {
            uses[index] = Use.DIRTY;
            flushed = false;
        } else {
            uses[index] = Use.CLEAN;
        }
        guest.bind(0);
    }

    private static SevException refused(FirmwareStatus status, String detail) {
        return new SevException(status, "ACTIVATE: " + detail);
    }
}
