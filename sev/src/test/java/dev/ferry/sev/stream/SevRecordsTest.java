package dev.ferry.sev.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.ferry.sev.region.GfnRange;
import dev.ferry.stream.MigrationReader;
import dev.ferry.stream.ReaderOptions;
import dev.ferry.stream.StreamRecoder;
import dev.ferry.stream.io.WireOutput;
import dev.ferry.stream.ram.PageKind;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.testdata.SevFixture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The captures, read without a key. */
class SevRecordsTest {

    static List<SevFixture> captures() {
        return Captures.all();
    }

    @ParameterizedTest
    @MethodSource("captures")
    void everythingButThePagesIsReadWithoutAKey(SevFixture fixture) throws IOException {
        SevReading sev = new SevReading(SevOptions.DEFAULT);
        assertNull(sev.summary());
        MigrationReader reader =
                Captures.read(fixture.readAllBytes(), ReaderOptions.DEFAULT.withExtension(sev));
        SevSummary summary = Objects.requireNonNull(sev.summary());
        assertEquals(Dialect.AMD_SEV_V4, summary.dialect());
        assertEquals(fixture.pageRecords("encrypted"), summary.encryptedPages());
        for (PageKind kind : List.of(PageKind.ENCRYPTED, PageKind.PLAIN, PageKind.ZERO)) {
            assertEquals(
                    fixture.pageRecords(kind.key()),
                    reader.ram().statistics().pages(kind),
                    kind::key);
        }
        assertEquals(
                fixture.regionsOnWire().stream()
                        .map(region -> new GfnRange(region.start(), region.end()))
                        .toList(),
                summary.sharedRegions());
        assertEquals(
                fixture.metadata().at("/shared_regions_record/offset").longValue(),
                summary.statusAt());
        StartFields start = Objects.requireNonNull(summary.start());
        assertEquals(fixture.policy(), start.policy().value());
        assertArrayEquals(fixture.source().certificate("pdh"), start.pdh());
        assertArrayEquals(fixture.session("session_blob"), start.session());
        assertEquals(List.of(), reader.findings().list());
    }

    @ParameterizedTest
    @MethodSource("captures")
    void everyByteIsWrittenAgain(SevFixture fixture) throws IOException {
        byte[] stream = fixture.readAllBytes();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(stream.length);
        try (WireOutput out = new WireOutput(Channels.newChannel(bytes))) {
            Recoding recoding = new Recoding();
            ReaderOptions options =
                    ReaderOptions.DEFAULT.withExtension(
                            new SevReading(SevOptions.DEFAULT.withListener(recoding)));
            try (StreamRecoder recoder =
                    new StreamRecoder(Captures.input(fixture.name(), stream), out, options)) {
                recoding.to = new SevRecordWriter(recoder.ram(0));
                assertEquals(List.of(), recoder.run());
            }
        }
        assertArrayEquals(stream, bytes.toByteArray());
    }

    /** Writes the records it is told of. */
    private static final class Recoding implements SevRecordListener {
        @Nullable SevRecordWriter to;
        private @Nullable StartFields start;

        private SevRecordWriter writer() {
            return Objects.requireNonNull(to);
        }

        @Override
        public void start(StartFields fields) {
            start = fields;
        }

        @Override
        public void packet(
                long at, RamBlock block, long offset, ByteBuffer bytes, int header, int data)
                throws IOException {
            StartFields fields = start;
            start = null;
            if (fields != null) {
                writer().first(fields, block, offset, bytes, header, data);
            } else {
                writer().page(block, offset, bytes, header, data);
            }
        }

        @Override
        public void sharedRegions(long at, long word, RamBlock block, List<GfnRange> ranges)
                throws IOException {
            writer().sharedRegions(block, ranges);
        }
    }
}
