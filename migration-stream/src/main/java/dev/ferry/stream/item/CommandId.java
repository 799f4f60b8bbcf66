package dev.ferry.stream.item;

import org.jspecify.annotations.Nullable;

/** Commands of the main channel. QEMU migration/savevm.c, mig_cmd_args. */
public enum CommandId {
    INVALID(0, -1),
    OPEN_RETURN_PATH(1, 0),
    PING(2, 4),
    POSTCOPY_ADVISE(3, -1),
    POSTCOPY_LISTEN(4, 0),
    POSTCOPY_RUN(5, 0),
    POSTCOPY_RAM_DISCARD(6, -1),
    PACKAGED(7, 4),
    ENABLE_COLO(8, 0),
    POSTCOPY_RESUME(9, 0),
    RECV_BITMAP(10, -1),
    SWITCHOVER_START(11, 0);

    private static final CommandId[] ALL = values();

    private final int code;
    private final int length;

    CommandId(int code, int length) {
        this.code = code;
        this.length = length;
    }

    /** The number on the wire. */
    public int code() {
        return code;
    }

    /** Payload bytes, or -1 where they vary. */
    public int length() {
        return length;
    }

    /** The command with number {@code code}, or null. */
    public static @Nullable CommandId of(int code) {
        for (CommandId id : ALL) {
            if (id.code == code) {
                return id;
            }
        }
        return null;
    }
}
