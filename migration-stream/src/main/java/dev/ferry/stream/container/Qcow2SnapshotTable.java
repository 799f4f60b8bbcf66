package dev.ferry.stream.container;

import dev.ferry.stream.LimitExceededException;
import dev.ferry.stream.Limits;
import dev.ferry.stream.UnsupportedStreamException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The snapshot table of a qcow2 image; each entry begins at a multiple of 8:
 *
 * <pre>
 *   0  u64 L1 table offset, u32 L1 entries
 *  12  u16 id length, u16 name length
 *  16  u32 seconds, u32 nanoseconds, u64 VM clock in nanoseconds
 *  32  u32 VM state size (low part), u32 extra data length
 *  40  extra data: u64 VM state size, u64 disk size, u64 icount, as far as it goes
 *      id, name, without NUL
 * </pre>
 */
final class Qcow2SnapshotTable {

    private static final int FIXED_BYTES = 40;

    /** QEMU's QCOW_MAX_SNAPSHOT_EXTRA_DATA. */
    private static final int MAX_EXTRA = 1024;

    private Qcow2SnapshotTable() {}

    static List<Qcow2SnapshotEntry> read(RandomAccess image, Qcow2Header header, Limits limits)
            throws IOException {
        List<Qcow2SnapshotEntry> entries = new ArrayList<>();
        long offset = header.snapshotsOffset();
        for (int i = 0; i < header.snapshotCount(); i++) {
            String what = "qcow2 snapshot table entry " + i;
            ByteBuffer fixed = image.read(offset, FIXED_BYTES, what);
            int idLength = fixed.getShort(12) & 0xffff;
            int nameLength = fixed.getShort(14) & 0xffff;
            int extraLength = fixed.getInt(36);
            if (extraLength < 0 || extraLength > MAX_EXTRA) {
                throw image.malformed(
                        offset + 36,
                        what
                                + ", extra data length: expected at most 1024, found "
                                + Integer.toUnsignedString(extraLength));
            }
            int restLength = extraLength + idLength + nameLength;
            long end = offset + FIXED_BYTES + restLength;
            if (end - header.snapshotsOffset() > limits.snapshotTableBytes()) {
                throw new LimitExceededException(
                        "qcow2 snapshot table: longer than the limit of "
                                + limits.snapshotTableBytes()
                                + " bytes",
                        image.at(offset));
            }
            ByteBuffer rest = image.read(offset + FIXED_BYTES, restLength, what);
            entries.add(entry(fixed, rest, extraLength, idLength, nameLength));
            offset = (end + 7) & ~7L;
        }
        return entries;
    }

    private static Qcow2SnapshotEntry entry(
            ByteBuffer fixed, ByteBuffer rest, int extraLength, int idLength, int nameLength) {
        OptionalLong none = OptionalLong.empty();
        long icount = extraLength >= 24 ? rest.getLong(16) : -1;
        return new Qcow2SnapshotEntry(
                text(rest, extraLength, idLength),
                text(rest, extraLength + idLength, nameLength),
                Instant.ofEpochSecond(
                        fixed.getInt(16) & 0xffffffffL, fixed.getInt(20) & 0xffffffffL),
                fixed.getLong(24),
                extraLength >= 8 ? rest.getLong(0) : fixed.getInt(32) & 0xffffffffL,
                extraLength >= 16 ? OptionalLong.of(rest.getLong(8)) : none,
                icount == -1 ? none : OptionalLong.of(icount),
                fixed.getLong(0),
                fixed.getInt(8) & 0xffffffffL,
                extraLength);
    }

    private static String text(ByteBuffer bytes, int offset, int length) {
        byte[] text = new byte[length];
        bytes.get(offset, text);
        return new String(text, StandardCharsets.UTF_8);
    }

    /**
     * The one that is meant.
     *
     * @param wanted name, else id; null for the only one with VM state
     * @throws UnsupportedStreamException listing what there is
     */
    static Qcow2SnapshotEntry choose(
            List<Qcow2SnapshotEntry> all, @Nullable String wanted, RandomAccess image)
            throws UnsupportedStreamException {
        List<Qcow2SnapshotEntry> candidates = new ArrayList<>();
        if (wanted == null) {
            all.forEach(entry -> addIf(entry.hasVmState(), entry, candidates));
        } else {
            all.forEach(entry -> addIf(entry.name().equals(wanted), entry, candidates));
            if (candidates.isEmpty()) {
                all.forEach(entry -> addIf(entry.id().equals(wanted), entry, candidates));
            }
        }
        if (candidates.size() == 1 && candidates.getFirst().hasVmState()) {
            return candidates.getFirst();
        }
        throw image.unsupported(60, problem(all, candidates, wanted));
    }

    private static void addIf(
            boolean matches, Qcow2SnapshotEntry entry, List<Qcow2SnapshotEntry> to) {
        if (matches) {
            to.add(entry);
        }
    }

    private static String problem(
            List<Qcow2SnapshotEntry> all,
            List<Qcow2SnapshotEntry> candidates,
            @Nullable String wanted) {
        if (all.isEmpty()) {
            return "qcow2 image: expected an internal snapshot with VM state, found no snapshot";
        }
        if (wanted == null && candidates.isEmpty()) {
            return "qcow2 image: expected a snapshot with VM state, found only disk snapshots: "
                    + list(all);
        }
        if (wanted == null) {
            return "qcow2 image: several snapshots have VM state, choose one: " + list(candidates);
        }
        if (candidates.isEmpty()) {
            return "qcow2 image: no snapshot '" + wanted + "', there are: " + list(all);
        }
        if (candidates.size() > 1) {
            return "qcow2 image: several snapshots are called '"
                    + wanted
                    + "', choose by id: "
                    + list(candidates);
        }
        return "qcow2 image: snapshot '"
                + wanted
                + "' has the disk only, without VM state: "
                + list(all);
    }

    /** Messages stay readable beside a table of thousands. */
    private static String list(List<Qcow2SnapshotEntry> entries) {
        int most = 20;
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < Math.min(most, entries.size()); i++) {
            text.append(i == 0 ? "" : "; ").append(entries.get(i));
        }
        if (entries.size() > most) {
            text.append("; and ").append(entries.size() - most).append(" more");
        }
        return text.toString();
    }
}
