package dev.ferry.stream.container;

import dev.ferry.stream.Limits;
import org.jspecify.annotations.Nullable;

/**
 * How to open an input.
 *
 * @param snapshot name or id of the qcow2 snapshot wanted; null takes the only one with VM state
 * @param limits what opening and reading may cost
 */
public record OpenOptions(@Nullable String snapshot, Limits limits) {

    /** No snapshot named, default limits. */
    public static final OpenOptions DEFAULT = new OpenOptions(null, Limits.DEFAULT);

    /** The same with this snapshot. */
    public OpenOptions withSnapshot(String nameOrId) {
        return new OpenOptions(nameOrId, limits);
    }

    /** The same with these limits. */
    public OpenOptions withLimits(Limits other) {
        return new OpenOptions(snapshot, other);
    }
}
