package dev.ferry.sev.stream;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.policy.GuestPolicy;
import dev.ferry.sev.region.GfnRange;
import dev.ferry.stream.Findings;
import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.Place;
import dev.ferry.stream.StreamException;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.ram.MalformedPageException;
import dev.ferry.stream.spi.RamExtension;
import dev.ferry.stream.spi.RamRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads SEV's RAM records.
 *
 * <pre>
 *  u64, block   as every page record, flag 0x200
 *  u32  1       an encrypted page
 *       u32 policy, u32 2084 and a PDH, u32 128 and a session: in the stream's first one only
 *       u32 52, packet header; u32 4096, ciphertext
 *  u32  2       which pages are shared
 *       u32 1, u32 first frame, u32 frame behind the last; as often as needed
 *       u32 2
 * </pre>
 *
 * Packets that follow each other are opened together. Source: AMD's QEMU branch
 * sev_live_migration_v4_1, sev_load_incoming_page and sev_load_incoming_shared_regions_list.
 */
final class SevRecords implements RamExtension {

    /** Most packets that are opened together: enough for all cores, 1 MiB. */
    static final int PACKETS = 256;

    private final SevOptions options;
    private final Findings findings;
    private final long[] ats = new long[PACKETS];
    private final long[] words = new long[PACKETS];
    private final long[] offsets = new long[PACKETS];
    private final FirmwareStatus[] statuses = new FirmwareStatus[PACKETS];
    private byte[] plain = {};
    private ByteBuffer plainPages = ByteBuffer.wrap(plain);
    private @Nullable PacketReceiver receiver;
    private @Nullable StartFields start;
    private boolean met;
    private long encrypted;
    private long opened;
    private long refused;
    private long statusAt = -1;
    private List<GfnRange> ranges = List.of();
    private List<SlotBitmap> bitmaps = List.of();
    private final ManifestDigest digest = new ManifestDigest();
    private SevSummary.ManifestState manifest = SevSummary.ManifestState.ABSENT;

    SevRecords(SevOptions options, Findings findings) {
        this.options = options;
        this.findings = findings;
    }

    @Nullable SevSummary summary() {
        return met
                ? new SevSummary(
                        dialect(), start, encrypted, opened, refused, statusAt, ranges, bitmaps,
                        manifest)
                : null;
    }

    private Dialect dialect() {
        Dialect dialect = options.dialect();
        return dialect == null ? Dialect.AMD_SEV_V4 : dialect;
    }

    @Override
    public int pageSize() {
        return SevFormat.PAGE;
    }

    /**
     * A flush has no page offset and no block, and the next record follows, whose first byte is 0
     * where a block's name has its length.
     */
    @Override
    public boolean claims(long word, int next) {
        Dialect dialect = options.dialect();
        if (dialect != null) {
            return dialect.status() != Dialect.Status.NONE;
        }
        return word != SevFormat.RAM_SAVE_FLAG_ENCRYPTED_DATA || next > 0;
    }

    @Override
    public void read(RamRecord record) throws IOException, MalformedPageException {
        met = true;
        WireInput in = record.input();
        long at = in.offset();
        long type = in.u32("encrypted record's type");
        if (record.postcopy()) {
            throw in.unsupported(
                    record.at(), "an encrypted page in postcopy, which SEV guests cannot do");
        }
        if (type == SevFormat.RAM_SAVE_ENCRYPTED_PAGE) {
            record.requirePage();
            if (start == null) {
                start(record);
            }
            packets(record);
        } else if (type == SevFormat.RAM_SAVE_SHARED_REGIONS_LIST) {
            status(record);
        } else {
            throw in.malformed(
                    at,
                    "encrypted record's type: expected 1 (page) or 2 ("
                            + (dialect().status() == Dialect.Status.BITMAP
                                    ? "encryption bitmap"
                                    : "shared regions list")
                            + "), found "
                            + type);
        }
    }

    // --- the session -------------------------------------------------------------------------

    private void start(RamRecord record) throws IOException {
        WireInput in = record.input();
        long at = in.offset();
        int policy = in.i32("guest policy");
        byte[] pdh = blob(in, SevFormat.PDH, "PDH certificate");
        byte[] session = blob(in, SevFormat.SESSION, "session");
        StartFields fields = new StartFields(at, new GuestPolicy(policy), pdh, session);
        start = fields;
        digest.start(fields);
        options.listener().start(fields);
        Supplier<PacketReceiver> supplier = options.receiver();
        if (supplier == null || (!record.wantsContents() && !options.checkAll())) {
            return;
        }
        PacketReceiver opener = supplier.get();
        try {
            opener.start(fields);
            receiver = opener;
        } catch (SevException e) {
            opener.close();
            StreamException problem =
                    in.unsupported(at, "SEV session: " + e.getMessage() + ", " + e.status());
            if (!options.checkAll()) {
                throw problem;
            }
            findings.error(problem.at(), problem.problem());
        }
    }

    private static byte[] blob(WireInput in, int expected, String what) throws IOException {
        long at = in.offset();
        int length = in.length32(SevFormat.SEV_FW_BLOB_MAX_SIZE, what + "'s length");
        if (length != expected) {
            throw in.malformed(at, what + "'s length: expected " + expected + ", found " + length);
        }
        return in.bytes(length, what);
    }

    // --- packets -----------------------------------------------------------------------------

    /** Reads the packet of this record, and those of records behind it that are just like it. */
    private void packets(RamRecord record) throws IOException, MalformedPageException {
        WireInput in = record.input();
        ByteBuffer b = in.window(SevFormat.TYPE_TO_END - 4, "packet");
        int type = b.position() - 4;
        requireLengths(in, b, type, in.offset() - b.position());
        int most = receiver == null ? PACKETS : Math.min(PACKETS, receiver.capacity());
        int count = 0;
        while (true) {
            take(record, b, type + SevFormat.TYPE_TO_HEADER, count++);
            b.position(type + SevFormat.TYPE_TO_END);
            ByteBuffer next = count == most ? null : in.windowOrNull(SevFormat.RECORD);
            if (next == null || !continues(next, next.position(), record)) {
                break;
            }
            b = next;
            record.next(in.offset(), b.getLong(b.position()));
            type = b.position() + 8;
        }
        encrypted += count;
        deliver(record, count);
    }

    private static void requireLengths(WireInput in, ByteBuffer b, int type, long base)
            throws StreamException {
        int length = b.getInt(type + 4);
        if (length != SevFormat.PACKET_HEADER) {
            throw in.malformed(
                    base + type + 4,
                    "packet header's length: expected 52, found "
                            + Integer.toUnsignedString(length));
        }
        length = b.getInt(type + SevFormat.TYPE_TO_DATA - 4);
        if (length != SevFormat.PAGE) {
            throw in.malformed(
                    base + type + SevFormat.TYPE_TO_DATA - 4,
                    "packet's length: expected 4096, found " + Integer.toUnsignedString(length));
        }
    }

    /**
     * Whether an encrypted page of the same block is at {@code pos}, with nothing odd about it, and
     * behind the last one: packets that are opened side by side must be of different pages.
     */
    private static boolean continues(ByteBuffer b, int pos, RamRecord record) {
        long word = b.getLong(pos);
        return (word & -(long) SevFormat.PAGE) > record.offset()
                && (word & (SevFormat.PAGE - 1))
                        == (SevFormat.RAM_SAVE_FLAG_ENCRYPTED_DATA
                                | SevFormat.RAM_SAVE_FLAG_CONTINUE)
                && b.getInt(pos + 8) == SevFormat.RAM_SAVE_ENCRYPTED_PAGE
                && b.getInt(pos + 8 + 4) == SevFormat.PACKET_HEADER
                && b.getInt(pos + 8 + SevFormat.TYPE_TO_DATA - 4) == SevFormat.PAGE
                && record.block().hasPage(word & -(long) SevFormat.PAGE, SevFormat.PAGE);
    }

    private void take(RamRecord record, ByteBuffer b, int header, int index) throws IOException {
        ats[index] = record.at();
        words[index] = record.word();
        offsets[index] = record.offset();
        digest.packet(record.block(), record.offset(), b, header);
        options.listener()
                .packet(
                        record.at(),
                        record.block(),
                        record.offset(),
                        b,
                        header,
                        header + SevFormat.PACKET_HEADER + 4);
        if (receiver != null) {
            receiver.take(index, b, header);
        }
    }

    private void deliver(RamRecord record, int count) throws IOException, MalformedPageException {
        PacketReceiver opener = receiver;
        boolean inPlace = false;
        if (opener != null) {
            byte[] pages = opener.open(record.block(), offsets, count, statuses);
            inPlace = pages == null;
            if (pages != null && pages != plain) {
                plain = pages;
                plainPages = ByteBuffer.wrap(pages);
            }
            for (int i = 0; i < count; i++) {
                outcome(record, i);
            }
        }
        for (int first = 0; first < count; ) {
            boolean known = opener != null && statuses[first] == FirmwareStatus.SUCCESS;
            int end = first + 1;
            while (end < count
                    && offsets[end] == offsets[first] + (long) (end - first) * SevFormat.PAGE
                    && known == (opener != null && statuses[end] == FirmwareStatus.SUCCESS)) {
                end++;
            }
            if (known && !inPlace && record.wantsContents()) {
                record.pages(
                        offsets[first],
                        end - first,
                        plainPages,
                        first * SevFormat.PAGE,
                        ats[first]);
            } else {
                record.unread(offsets[first], end - first, ats[first]);
            }
            first = end;
        }
    }

    private void outcome(RamRecord record, int index) throws StreamException {
        FirmwareStatus status = statuses[index];
        if (status == FirmwareStatus.SUCCESS) {
            opened++;
            return;
        }
        refused++;
        record.back(ats[index], words[index]);
        StreamException problem =
                record.input()
                        .malformed(
                                record.at(),
                                "encrypted page: "
                                        + (status == FirmwareStatus.BAD_MEASUREMENT
                                                ? "its MAC does not fit, it was changed on the way"
                                                : status.meaning())
                                        + "; firmware status "
                                        + status);
        if (!options.checkAll()) {
            throw problem;
        }
        findings.error(problem.at(), problem.problem());
    }

    // --- shared pages ------------------------------------------------------------------------

    private void status(RamRecord record) throws IOException {
        WireInput in = record.input();
        if (record.offset() != 0) {
            throw in.malformed(
                    record.at(),
                    "which pages are shared: expected page offset 0, found 0x"
                            + Long.toHexString(record.offset()));
        }
        if (statusAt >= 0) {
            throw in.malformed(
                    record.at(),
                    "which pages are shared: told once more, first at 0x"
                            + Long.toHexString(statusAt));
        }
        statusAt = record.at();
        if (dialect().status() == Dialect.Status.BITMAP) {
            bitmaps = StatusReader.bitmaps(in);
            digest.bitmaps(bitmaps);
            options.listener().bitmaps(record.at(), record.word(), record.block(), bitmaps);
        } else {
            ranges = StatusReader.list(in);
            digest.sharedRegions(ranges);
            options.listener().sharedRegions(record.at(), record.word(), record.block(), ranges);
        }
    }

    // --- the end -----------------------------------------------------------------------------

    @Override
    public void end(Place at, StreamItem.@Nullable Description description) throws IOException {
        if (!met) {
            return;
        }
        if (start == null) {
            findings.warning(
                    at,
                    "SEV guest: no private page was sent, and with it nothing for RECEIVE_START; a"
                            + " destination has no guest to run then");
        }
        if (statusAt < 0) {
            findings.warning(
                    at, "SEV guest: which pages are shared is not told; all count as private");
        }
        Manifest found = null;
        Place place = at;
        if (description != null) {
            place = new Place(at.source(), description.at(), "description");
            try {
                found = Manifest.find(description.index().text());
            } catch (IOException e) {
                report(place, String.valueOf(e.getMessage()));
                return;
            }
        }
        if (found != null) {
            check(place, found);
        } else if (options.manifest()) {
            report(place, "SEV manifest: expected one from this sender, found none");
        }
    }

    private void check(Place place, Manifest found) throws StreamException {
        PacketReceiver opener = receiver;
        String problem = null;
        byte[] packets = digest.finish();
        if (opener != null && !opener.manifestFits(found.packets(), found.digest(), found.mac())) {
            problem = "its MAC does not fit, the manifest is not this session's sender's";
        } else if (found.packets() != digest.packets()) {
            problem = "expected " + found.packets() + " packets, found " + digest.packets();
        } else if (!Arrays.equals(found.digest(), packets)) {
            problem =
                    "the packets or the list of shared regions are not those that were sent, or"
                            + " not in their order and places";
        }
        if (problem != null) {
            report(
                    place,
                    "SEV manifest: "
                            + problem
                            + "; firmware status "
                            + FirmwareStatus.BAD_MEASUREMENT);
        } else {
            manifest =
                    opener == null
                            ? SevSummary.ManifestState.UNPROVED
                            : SevSummary.ManifestState.RIGHT;
        }
    }

    private void report(Place place, String problem) throws StreamException {
        manifest = SevSummary.ManifestState.WRONG;
        if (!options.checkAll()) {
            throw new MalformedStreamException(problem, place);
        }
        findings.error(place, problem);
    }

    @Override
    public void close() {
        PacketReceiver opener = receiver;
        receiver = null;
        if (opener != null) {
            opener.close();
        }
        plain = new byte[0];
        plainPages = ByteBuffer.wrap(plain);
    }
}
