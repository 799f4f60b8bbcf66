package dev.ferry.sev.stream;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How to read SEV's records.
 *
 * @param dialect what flag 0x200 means; null to find it out from each record
 * @param receiver opens packets, one for each reading of the stream; null to read without a key,
 *     which tells everything but what is in encrypted pages
 * @param checkAll whether packets are opened even where nobody wants the pages, and whatever is
 *     wrong with a packet is a finding instead of the end of the reading
 * @param manifest whether the sender must have sent a {@link Manifest}; where there is one, it must
 *     be right in any case
 * @param listener told about the records
 */
public record SevOptions(
        @Nullable Dialect dialect,
        @Nullable Supplier<PacketReceiver> receiver,
        boolean checkAll,
        boolean manifest,
        SevRecordListener listener) {

    /** Reads any dialect, without a key. */
    public static final SevOptions DEFAULT =
            new SevOptions(null, null, false, false, SevRecordListener.NONE);

    /** The same with flag 0x200 taken as {@code dialect} has it; null to find out. */
    public SevOptions withDialect(@Nullable Dialect other) {
        return new SevOptions(other, receiver, checkAll, manifest, listener);
    }

    /** The same with packets opened. */
    public SevOptions withReceiver(@Nullable Supplier<PacketReceiver> other) {
        return new SevOptions(dialect, other, checkAll, manifest, listener);
    }

    /** The same with every packet checked. */
    public SevOptions withCheckAll(boolean all) {
        return new SevOptions(dialect, receiver, all, manifest, listener);
    }

    /** The same with a manifest demanded: what a Ferry that was sent to by a Ferry does. */
    public SevOptions withManifest(boolean required) {
        return new SevOptions(dialect, receiver, checkAll, required, listener);
    }

    /** The same with {@code other} told about the records. */
    public SevOptions withListener(SevRecordListener other) {
        return new SevOptions(dialect, receiver, checkAll, manifest, other);
    }
}
