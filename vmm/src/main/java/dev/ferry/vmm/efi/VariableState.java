package dev.ferry.vmm.efi;

/**
 * How far a variable has come: a byte whose bits go from 1 to 0 as flash is programmed, so that
 * each step survives a loss of power.
 *
 * <pre>
 *  ff  nothing is written, or a part of the header
 *  7f  the header is there, the data may not be
 *  3f  there: ADDED
 *  3e  another value is about to replace it: IN_DELETED_TRANSITION
 *  3c  replaced
 *  3d  deleted without another value
 * </pre>
 *
 * Source: EDK2 MdeModulePkg Guid/VariableFormat.h, VAR_ADDED and others.
 */
public final class VariableState {

    /** VAR_HEADER_VALID_ONLY. */
    static final int HEADER_VALID_ONLY = 0x7f;

    /** VAR_ADDED: the only state, but for the next, in which a variable counts. */
    public static final int ADDED = 0x3f;

    /** Bits that are left of a variable which is about to be replaced. */
    static final int IN_DELETED_TRANSITION = 0xfe;

    /** Bits that are left of a variable which is deleted. */
    static final int DELETED = 0xfd;

    private VariableState() {}

    /** Whether it counts: there, or about to be replaced. */
    static boolean counts(int state) {
        return state == ADDED || state == (ADDED & IN_DELETED_TRANSITION);
    }

    /** Whether the header's fields are there. */
    static boolean hasHeader(int state) {
        return (state & 0x80) == 0;
    }
}
