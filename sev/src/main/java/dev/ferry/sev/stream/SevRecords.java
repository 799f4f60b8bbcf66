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

    /** Most packets that are opened together: as many as an input's buffer has. */
    static final int PACKETS = WireInput.BUFFER_BYTES / SevFormat.RECORD;

    private final SevOptions options;
    private final Findings findings;
    private final int[] headers = new int[PACKETS];
    private final long[] words = new long[PACKETS];
    private final long[] offsets = new long[PACKETS];
    private final FirmwareStatus[] statuses = new FirmwareStatus[PACKETS];
    private byte[] plain = {};
    private ByteBuffer plainPages = ByteBuffer.wrap(plain);
    private @Nullable PacketReceiver receiver;
    private @Nullable StartFields start;
    private boolean met;
    private boolean inPlace;
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

    /** Reads the packet of this record, and of those behind it that lie in the buffer whole. */
    private void packets(RamRecord record) throws IOException, MalformedPageException {
        WireInput in = record.input();
        ByteBuffer b = in.window(4 + SevFormat.PACKET_HEADER + 4 + SevFormat.PAGE, "packet");
        int pos = b.position() - 4;
        long base = in.offset() - b.position();
        requireLengths(in, b, pos, base);
        int available =
                (int) Math.min(b.limit() - b.position(), in.regionRemaining()) + b.position();
        headers[0] = pos + SevFormat.TYPE_TO_HEADER;
        words[0] = record.word();
        int count = 1;
        pos += SevFormat.TYPE_TO_END;
        while (count < PACKETS
                && available - pos >= SevFormat.RECORD
                && continues(b, pos, record)) {
            headers[count] = pos + 8 + SevFormat.TYPE_TO_HEADER;
            words[count++] = b.getLong(pos);
            pos += SevFormat.RECORD;
        }
        b.position(pos);
        encrypted += count;
        deliver(record, b, base, count);
    }

    private static void requireLengths(WireInput in, ByteBuffer b, int pos, long base)
            throws StreamException {
        int length = b.getInt(pos + 4);
        if (length != SevFormat.PACKET_HEADER) {
            throw in.malformed(
                    base + pos + 4,
                    "packet header's length: expected 52, found "
                            + Integer.toUnsignedString(length));
        }
        length = b.getInt(pos + SevFormat.TYPE_TO_DATA - 4);
        if (length != SevFormat.PAGE) {
            throw in.malformed(
                    base + pos + SevFormat.TYPE_TO_DATA - 4,
                    "packet's length: expected 4096, found " + Integer.toUnsignedString(length));
        }
    }

    /** Whether an encrypted page of the same block is at {@code pos}, with nothing odd about it. */
    private static boolean continues(ByteBuffer b, int pos, RamRecord record) {
        long word = b.getLong(pos);
        return (word & (SevFormat.PAGE - 1))
                        == (SevFormat.RAM_SAVE_FLAG_ENCRYPTED_DATA
                                | SevFormat.RAM_SAVE_FLAG_CONTINUE)
                && b.getInt(pos + 8) == SevFormat.RAM_SAVE_ENCRYPTED_PAGE
                && b.getInt(pos + 8 + 4) == SevFormat.PACKET_HEADER
                && b.getInt(pos + 8 + SevFormat.TYPE_TO_DATA - 4) == SevFormat.PAGE
                && record.block().hasPage(word & -(long) SevFormat.PAGE, SevFormat.PAGE);
    }

    private void deliver(RamRecord record, ByteBuffer b, long base, int count)
            throws IOException, MalformedPageException {
        PacketReceiver opener = receiver;
        if (opener != null) {
            for (int i = 0; i < count; i++) {
                offsets[i] = words[i] & -(long) SevFormat.PAGE;
            }
            byte[] pages = opener.open(record.block(), offsets, b, headers, count, statuses);
            inPlace = pages == null;
            if (pages != null && pages != plain) {
                plain = pages;
                plainPages = ByteBuffer.wrap(pages);
            }
        }
        for (int first = 0; first < count; ) {
            long offset = words[first] & -(long) SevFormat.PAGE;
            boolean known = opener != null && statuses[first] == FirmwareStatus.SUCCESS;
            step(record, b, base, first);
            long at = record.at();
            int end = first + 1;
            while (end < count
                    && (words[end] & -(long) SevFormat.PAGE)
                            == offset + (long) (end - first) * SevFormat.PAGE
                    && known == (opener != null && statuses[end] == FirmwareStatus.SUCCESS)) {
                step(record, b, base, end++);
            }
            if (known && !inPlace && record.wantsContents()) {
                record.pages(offset, end - first, plainPages, first * SevFormat.PAGE, at);
            } else {
                record.unread(offset, end - first, at);
            }
            first = end;
        }
    }

    /** Tells about one of the packets that were read together. */
    private void step(RamRecord record, ByteBuffer b, long base, int packet) throws IOException {
        if (packet > 0) {
            record.next(base + headers[packet] - SevFormat.TYPE_TO_HEADER - 8, words[packet]);
        }
        digest.packet(record.block(), record.offset(), b, headers[packet]);
        options.listener()
                .packet(
                        record.at(),
                        record.block(),
                        record.offset(),
                        b,
                        headers[packet],
                        headers[packet] + SevFormat.PACKET_HEADER + 4);
        if (receiver != null) {
            outcome(record, statuses[packet]);
        }
    }

    private void outcome(RamRecord record, FirmwareStatus status) throws StreamException {
        if (status == FirmwareStatus.SUCCESS) {
            opened++;
            return;
        }
        refused++;
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
