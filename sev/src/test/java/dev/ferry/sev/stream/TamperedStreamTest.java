package dev.ferry.sev.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.sev.SevException;
import dev.ferry.stream.MigrationReader;
import dev.ferry.stream.ReaderOptions;
import dev.ferry.stream.StreamException;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.ram.RamImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Bytes of a stream changed on the way: none of it is taken for what was sent. */
class TamperedStreamTest {

    private static final int MUTATIONS = 10_000;
    private static final long SEED = 20_261_122;

    /** What is in a stretch of the stream. */
    private enum Part {
        POLICY,
        PDH,
        SESSION,
        RECORD_HEAD,
        PACKET_HEADER,
        CIPHERTEXT,
        LIST
    }

    private record Stretch(Part part, int from, int length) {}

    private final SentStream sent = new SentStream(12, SEED);

    private static SevSummary read(byte[] stream, SevOptions options) throws IOException {
        SevReading sev = new SevReading(options);
        try (RamImage image = new RamImage()) {
            Captures.read(stream, ReaderOptions.DEFAULT.withExtension(sev).withPages(image));
        }
        return Objects.requireNonNull(sev.summary());
    }

    private static List<Stretch> stretches(byte[] stream, SentStream sent) throws IOException {
        List<Stretch> stretches = new ArrayList<>();
        SevRecordListener listener =
                new SevRecordListener() {
                    @Override
                    public void start(StartFields fields) {
                        stretches.add(new Stretch(Part.POLICY, (int) fields.at(), 4));
                        stretches.add(new Stretch(Part.PDH, (int) fields.pdhAt() - 4, 4 + 2084));
                        stretches.add(
                                new Stretch(Part.SESSION, (int) fields.sessionAt() - 4, 4 + 128));
                    }

                    @Override
                    public void packet(
                            long at,
                            RamBlock block,
                            long offset,
                            ByteBuffer bytes,
                            int header,
                            int data) {
                        stretches.add(new Stretch(Part.RECORD_HEAD, (int) at, 8 + 4));
                    }
                };
        SevSummary summary =
                read(
                        stream,
                        SevOptions.DEFAULT
                                .withReceiver(SentStream::receiver)
                                .withListener(listener));
        // Behind the first record, whose start fields shift it, all are alike.
        List<Stretch> heads =
                stretches.stream().filter(each -> each.part() == Part.RECORD_HEAD).toList();
        for (Stretch head : heads.subList(1, heads.size())) {
            int packet = head.from() + 8 + 4;
            stretches.add(new Stretch(Part.PACKET_HEADER, packet, 4 + 52));
            stretches.add(new Stretch(Part.CIPHERTEXT, packet + 4 + 52, 4 + 4096));
        }
        int list = (int) summary.statusAt();
        stretches.add(new Stretch(Part.LIST, list, 8 + 4 + sent.shared().size() * 12 + 4));
        return stretches;
    }

    @Test
    void noChangeIsAcceptedSilently() throws IOException, SevException {
        byte[] stream = sent.bytes(true);
        List<Stretch> stretches = stretches(stream, sent);
        SevOptions options =
                SevOptions.DEFAULT.withReceiver(SentStream::receiver).withManifest(true);
        assertEquals(SevSummary.ManifestState.RIGHT, read(stream, options).manifest());
        Map<Part, Integer> firmware = new ConcurrentHashMap<>();
        IntStream.range(0, MUTATIONS)
                .parallel()
                .forEach(i -> {
                    Random random = new Random(SEED + i);
                    Stretch stretch = stretches.get(random.nextInt(stretches.size()));
                    byte[] changed = stream.clone();
                    int at = stretch.from() + random.nextInt(stretch.length());
                    changed[at] ^= (byte) (1 << random.nextInt(8));
                    String what = "seed " + (SEED + i) + ", " + stretch.part() + " at " + at;
                    StreamException e =
                            assertThrows(StreamException.class, () -> read(changed, options), what);
                    assertTrue(e.at().offset() <= stream.length, what);
                    if (e.problem().contains(" (0x")) {
                        firmware.merge(stretch.part(), 1, Integer::sum);
                    }
                });
        // Each part was hit, and what only the firmware can see is told with its status.
        for (Part part : List.of(Part.POLICY, Part.SESSION, Part.PACKET_HEADER, Part.CIPHERTEXT)) {
            assertTrue(firmware.getOrDefault(part, 0) > 0, part + ": " + firmware);
        }
    }

    @Test
    void aChangedPacketIsToldWithItsPlace() throws IOException, SevException {
        byte[] stream = sent.bytes(false);
        Stretch data =
                stretches(stream, sent).stream()
                        .filter(each -> each.part() == Part.CIPHERTEXT)
                        .skip(3)
                        .findFirst()
                        .orElseThrow();
        stream[data.from() + 1000] ^= 1;
        SevReading sev =
                new SevReading(
                        SevOptions.DEFAULT.withReceiver(SentStream::receiver).withCheckAll(true));
        MigrationReader reader = Captures.read(stream, ReaderOptions.DEFAULT.withExtension(sev));
        assertEquals(1, reader.findings().list().size());
        assertEquals(
                "encrypted page: its MAC does not fit, it was changed on the way; firmware status"
                        + " BAD_MEASUREMENT (0xb)",
                reader.findings().list().getFirst().message());
        assertEquals(
                data.from() - 4 - 52 - 8 - 4, reader.findings().list().getFirst().at().offset());
        assertTrue(
                reader.findings()
                        .list()
                        .getFirst()
                        .at()
                        .breadcrumb()
                        .contains("block 'pc.ram' / page 0x"));
        SevSummary summary = Objects.requireNonNull(sev.summary());
        assertEquals(1, summary.refused());
        assertEquals(8, summary.opened());
    }
}
