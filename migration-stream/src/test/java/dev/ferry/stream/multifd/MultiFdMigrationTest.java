package dev.ferry.stream.multifd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ferry.stream.MigrationReader;
import dev.ferry.stream.ReaderOptions;
import dev.ferry.stream.Recordings;
import dev.ferry.stream.convert.MultiFdPages;
import dev.ferry.stream.convert.SavedVm;
import dev.ferry.stream.convert.StreamTarget;
import dev.ferry.stream.convert.ZeroPages;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.io.WireOutput;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.multifd.MultiFdChannels.Marker;
import dev.ferry.stream.ram.ImageDigests;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.ram.RamImage;
import dev.ferry.stream.testing.MemoryChannel;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.RamBlockTruth;
import dev.ferry.testdata.junit.FixtureSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;

/** Whole migrations, written anew with multifd and read back. */
class MultiFdMigrationTest {

    /** A migration that was written: its main channel and the others. */
    private record Written(MemoryChannel main, List<MemoryChannel> channels) {}

    private static Written write(
            Fixture fixture, int count, MultiFdStyle style, MultiFdOptions options)
            throws IOException {
        Written written = new Written(new MemoryChannel(), new ArrayList<>());
        for (int i = 0; i < count; i++) {
            written.channels().add(new MemoryChannel());
        }
        try (SavedVm vm =
                        SavedVm.read(pages ->
                                Recordings.open(fixture, ReaderOptions.DEFAULT.withPages(pages)));
                WireOutput main = new WireOutput(written.main());
                MultiFdPages pages =
                        new MultiFdPages(
                                vm.pages(),
                                vm.shared(),
                                ZeroPages.MARK,
                                style,
                                options,
                                written.channels())) {
            StreamTarget.write(vm, main, pages);
        }
        return written;
    }

    /** The blocks' digests after reading; the reader also checks that markers and SYNCs agree. */
    private static Map<String, String> read(Written written, int syncs) throws IOException {
        Map<String, String> found = new TreeMap<>();
        try (RamImage image = new RamImage();
                ImageDigests digests = new ImageDigests(image);
                MigrationReader reader =
                        MigrationReader.of(
                                new WireInput(new MemorySource("main", written.main().bytes())),
                                ReaderOptions.DEFAULT.withPages(digests))) {
            for (MemoryChannel channel : written.channels()) {
                reader.addChannel(new WireInput(new MemorySource("fd", channel.bytes())));
            }
            List<StreamItem> items = Recordings.items(reader);
            assertEquals(0, items.stream().filter(StreamItem.Unreadable.class::isInstance).count());
            for (MultiFdChannel channel : reader.multifd().channels()) {
                assertEquals(syncs, channel.statistics().syncs());
            }
            for (Map.Entry<RamBlock, byte[]> block : digests.digests().entrySet()) {
                found.put(block.getKey().id(), HexFormat.of().formatHex(block.getValue()));
            }
        }
        return found;
    }

    private static Map<String, String> truth(Fixture fixture) {
        Map<String, String> truth = new TreeMap<>();
        for (RamBlockTruth block : fixture.ramBlocks()) {
            truth.put(block.idstr(), block.sha256());
        }
        return truth;
    }

    private static void assertSame(
            Fixture fixture, int channels, MultiFdStyle style, MultiFdOptions options)
            throws IOException {
        Written written = write(fixture, channels, style, options);
        int syncs = style.marker() == Marker.EVERY_EOS ? 3 : 2;
        assertEquals(truth(fixture), read(written, syncs), style + " " + options.compression());
    }

    @ParameterizedTest
    @FixtureSource(
            exclude = {
                "ignore-shared-*", // a block's content is elsewhere
                "block-mig-*" // its disk section is copied as it is, not read
            })
    void memoryIsTheSameAgain(Fixture fixture) throws IOException {
        // With the smallest pages the flag of a FLUSH record is a bit of the address.
        String machine = fixture.targetPageSize() > 0x200 ? "virt-10.0" : "virt-7.2";
        assertSame(fixture, 2, MultiFdStyle.of(machine), MultiFdOptions.DEFAULT);
    }

    @ParameterizedTest
    @FixtureSource(name = {"precopy-paused-q10", "multifd-none2-q7", "or1k-q10"})
    void inEveryForm(Fixture fixture) throws IOException {
        for (Marker marker : List.of(Marker.EVERY_EOS, Marker.FLUSH_RECORD)) {
            for (MultiFdDialect dialect : MultiFdDialect.values()) {
                for (ZeroPageDetection zeroPages : ZeroPageDetection.values()) {
                    if (zeroPages == ZeroPageDetection.MULTIFD && !dialect.listsZeroPages()) {
                        continue;
                    }
                    MultiFdStyle style = new MultiFdStyle(marker, zeroPages, dialect);
                    for (MultiFdCompression method :
                            List.of(
                                    MultiFdCompression.NONE,
                                    MultiFdCompression.ZLIB,
                                    MultiFdCompression.ZSTD)) {
                        assertSame(
                                fixture, 3, style, MultiFdOptions.DEFAULT.withCompression(method));
                    }
                }
            }
        }
    }
}
