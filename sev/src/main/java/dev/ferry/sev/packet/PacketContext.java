package dev.ferry.sev.packet;

/**
 * What a message authentication code of the firmware is about: its first byte, so that none passes
 * for one of another kind. Source: AMD firmware sev_channel.h, sev_channel_ctx_t.
 */
public enum PacketContext {
    /** A secret of the guest's owner, LAUNCH_SECRET. */
    SECRET(1),

    /** A page, SEND_UPDATE_DATA and RECEIVE_UPDATE_DATA. */
    DATA(2),

    /**
     * A vCPU's encrypted state, as the API document has it. AMD's firmware itself uses {@link
     * #DATA} in SEND_UPDATE_VMSA and RECEIVE_UPDATE_VMSA.
     */
    VMSA(3),

    /** The launch measurement; no packet. */
    MEASUREMENT(4);

    private final byte code;

    PacketContext(int code) {
        this.code = (byte) code;
    }

    /** The byte. */
    public byte code() {
        return code;
    }
}
