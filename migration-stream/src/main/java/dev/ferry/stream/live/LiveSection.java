package dev.ferry.stream.live;

import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.item.SectionBody;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Knows the body of one kind of section. One instance a stream, since some bodies refer back. */
public interface LiveSection {

    /**
     * Reads one body, start, part or end, and stops before the footer.
     *
     * @param listener told about the records
     */
    SectionBody.Live read(WireInput in, LiveListener listener) throws IOException;

    /** Hands over a record and its content, or passes over that. */
    static void tell(WireInput in, LiveListener listener, LiveRecord record, String what)
            throws IOException {
        if (listener.wantsContents()) {
            listener.record(record);
            in.pieces(record.contentBytes(), what, listener::content);
        } else {
            in.skip(record.contentBytes(), what);
        }
    }

    /** A reader for sections called {@code name}, or null if their format is not known here. */
    static @Nullable LiveSection of(String name) {
        return switch (name) {
            case "dirty-bitmap" -> new DirtyBitmapSection();
            case "block" -> new BlockMigrationSection();
            case "spapr/htab" -> new HashTableSection();
            case "s390-storage_attributes" -> new StorageAttributesSection();
            default -> null;
        };
    }
}
