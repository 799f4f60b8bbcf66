package dev.ferry.vmm.efi;

/** The two sorts of variable headers; one store has one. */
public enum VariableFormat {
    /** With monotonic count, time and public key: what OVMF has had since Secure Boot. */
    AUTHENTICATED(60),
    /** Without. */
    PLAIN(32);

    private final int headerBytes;

    VariableFormat(int headerBytes) {
        this.headerBytes = headerBytes;
    }

    /** The store header's signature. */
    EfiGuid guid() {
        return this == AUTHENTICATED ? EfiGuid.AUTHENTICATED_VARIABLE : EfiGuid.VARIABLE;
    }

    /** Bytes of a variable's header. */
    int headerBytes() {
        return headerBytes;
    }
}
