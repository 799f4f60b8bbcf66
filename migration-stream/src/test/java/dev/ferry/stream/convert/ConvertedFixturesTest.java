package dev.ferry.stream.convert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.Limits;
import dev.ferry.stream.MigrationReader;
import dev.ferry.stream.ReaderOptions;
import dev.ferry.stream.Recordings;
import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.stream.container.Containers;
import dev.ferry.stream.io.FileSource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.io.WireOutput;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.multifd.MultiFdCompression;
import dev.ferry.stream.multifd.MultiFdOptions;
import dev.ferry.stream.multifd.MultiFdStyle;
import dev.ferry.stream.ram.ImageDigests;
import dev.ferry.stream.ram.PageSink;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.ram.RamImage;
import dev.ferry.stream.vmstate.VmDescription;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.RamBlockTruth;
import dev.ferry.testdata.junit.FixtureSource;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;

/** Every capture, written in another form and read again, is the same VM. */
class ConvertedFixturesTest {

    @TempDir Path directory;

    @ParameterizedTest
    @FixtureSource
    void everyCaptureBecomesAStream(Fixture fixture) throws IOException {
        try (SavedVm vm = SavedFixtures.open(fixture)) {
            Path file = directory.resolve("converted.mig");
            try (WireOutput out = new WireOutput(create(file))) {
                StreamTarget.write(
                        vm, out, new PageRecords(vm.pages(), vm.shared(), ZeroPages.MARK));
            }
            assertSameVm(fixture, vm, file);
        }
    }

    @ParameterizedTest
    @FixtureSource
    void zeroPagesMayBeLeftOutOrWrittenInFull(Fixture fixture) throws IOException {
        try (SavedVm vm = SavedFixtures.open(fixture)) {
            for (ZeroPages how : new ZeroPages[] {ZeroPages.SKIP, ZeroPages.DATA}) {
                Path file = directory.resolve(how + ".mig");
                try (WireOutput out = new WireOutput(create(file))) {
                    StreamTarget.write(vm, out, new PageRecords(vm.pages(), vm.shared(), how));
                }
                assertMemory(fixture, file);
            }
        }
    }

    @ParameterizedTest
    @FixtureSource(exclude = {"ignore-shared-*", "pc-1.7-*", "nofooter-noconfig-*"})
    void everyCaptureBecomesAMappedRamFile(Fixture fixture) throws IOException {
        try (SavedVm vm = SavedFixtures.open(fixture)) {
            Path file = directory.resolve("converted.mapped");
            FileChannel channel = create(file);
            try (WireOutput out = new WireOutput(channel)) {
                StreamTarget.write(
                        vm, out, new MappedRamFile(vm.pages(), channel, 0, ZeroPages.MARK));
            }
            assertSameVm(fixture, vm, file);
        }
    }

    @ParameterizedTest
    @FixtureSource(exclude = "avr-*")
    void everyCaptureBecomesAMultifdRecording(Fixture fixture) throws IOException {
        MultiFdCompression[] methods = {
            MultiFdCompression.NONE, MultiFdCompression.ZLIB, MultiFdCompression.ZSTD
        };
        try (SavedVm vm = SavedFixtures.open(fixture)) {
            // One method each: together the captures have all of them with everything.
            MultiFdCompression method = methods[Math.floorMod(fixture.name().hashCode(), 3)];
            Path file = directory.resolve("main");
            List<Path> further = List.of(directory.resolve("ch1"), directory.resolve("ch2"));
            List<FileChannel> channels = new ArrayList<>();
            for (Path each : further) {
                channels.add(create(each));
            }
            try (WireOutput out = new WireOutput(create(file));
                    MultiFdPages pages =
                            new MultiFdPages(
                                    vm.pages(),
                                    vm.shared(),
                                    ZeroPages.MARK,
                                    MultiFdStyle.of(vm.machine()),
                                    MultiFdOptions.DEFAULT.withCompression(method),
                                    channels)) {
                StreamTarget.write(vm, out, pages);
            }
            for (FileChannel channel : channels) {
                channel.close();
            }
            assertMemory(fixture, file, further.toArray(Path[]::new));
        }
    }

    @ParameterizedTest
    @FixtureSource(name = {"ignore-shared-*", "pc-1.7-*", "nofooter-noconfig-*"})
    void whatMappedRamCannotHoldIsRefused(Fixture fixture) throws IOException {
        try (SavedVm vm = SavedFixtures.open(fixture)) {
            FileChannel channel = create(directory.resolve("never"));
            try (WireOutput out = new WireOutput(channel)) {
                assertThrows(
                        UnsupportedStreamException.class,
                        () ->
                                StreamTarget.write(
                                        vm,
                                        out,
                                        new MappedRamFile(vm.pages(), channel, 0, ZeroPages.MARK)));
            }
        }
    }

    private static FileChannel create(Path file) throws IOException {
        return FileChannel.open(
                file,
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE,
                StandardOpenOption.SPARSE);
    }

    private static MigrationReader read(Path file, PageSink pages) throws IOException {
        return MigrationReader.of(
                new WireInput(Containers.open(file).stream()),
                ReaderOptions.DEFAULT.withPages(pages));
    }

    private static void assertSameVm(Fixture fixture, SavedVm vm, Path file) throws IOException {
        assertMemory(fixture, file);
        try (Rewound source = Rewound.of(FileSource.open(file), Limits.DEFAULT);
                SavedVm again =
                        SavedVm.read(pages ->
                                MigrationReader.of(
                                        new WireInput(source.again()),
                                        ReaderOptions.DEFAULT.withPages(pages)))) {
            assertEquals(vm.machine(), again.machine());
            assertEquals(
                    vm.configuration().flatMap(StreamItem.Configuration::uuid),
                    again.configuration().flatMap(StreamItem.Configuration::uuid));
            assertEquals(vm.footers(), again.footers());
            assertEquals(vm.switchover(), again.switchover());
            assertEquals(vm.live().size(), again.live().size());
            for (int i = 0; i < vm.live().size(); i++) {
                assertSameSection(vm.live().get(i), again.live().get(i));
            }
            assertEquals(vm.early().size(), again.early().size());
            assertEquals(vm.devices().size(), again.devices().size());
            VmDescription description = again.description().orElseThrow().parse();
            for (int i = 0; i < vm.devices().size(); i++) {
                SavedSection device = again.devices().get(i);
                assertSameSection(vm.devices().get(i), device);
                assertNotNull(
                        description.device(device.name(), device.instance()).orElse(null),
                        device.name());
                device.state();
            }
            Optional<VmDescription> before =
                    vm.description().isPresent()
                            ? Optional.of(vm.description().get().parse())
                            : Optional.empty();
            if (before.isPresent()) {
                assertEquals(before.get().devices(), description.devices());
            }
        }
        try (MigrationReader reader = read(file, PageSink.NONE)) {
            Recordings.items(reader);
            assertTrue(
                    reader.findings().list().isEmpty(), () -> reader.findings().list().toString());
        }
    }

    private static void assertSameSection(SavedSection expected, SavedSection found)
            throws IOException {
        assertEquals(expected.type(), found.type());
        assertEquals(expected.id(), found.id());
        assertEquals(expected.name(), found.name());
        assertEquals(expected.instance(), found.instance());
        assertEquals(expected.version(), found.version());
        assertArrayEquals(expected.body().bytes(), found.body().bytes(), expected.name());
    }

    private static void assertMemory(Fixture fixture, Path file, Path... further)
            throws IOException {
        Map<String, String> expected = memory(fixture);
        Map<String, String> found = memory(file, further);
        found.keySet().retainAll(expected.keySet());
        assertEquals(expected, found);
    }

    private static Map<String, String> memory(Fixture fixture) {
        Map<String, String> expected = new TreeMap<>();
        for (RamBlockTruth block : fixture.ramBlocks()) {
            // Shared memory stayed in a file of its own.
            if (!(fixture.name().equals("ignore-shared-q10") && block.idstr().equals("mem0"))) {
                expected.put(block.idstr(), block.sha256());
            }
        }
        return expected;
    }

    private static Map<String, String> memory(Path file, Path... further) throws IOException {
        Map<String, String> found = new TreeMap<>();
        try (RamImage image = new RamImage();
                ImageDigests digests = new ImageDigests(image);
                MigrationReader reader = read(file, digests)) {
            for (Path each : further) {
                reader.addChannel(new WireInput(FileSource.open(each)));
            }
            Recordings.items(reader);
            for (Map.Entry<RamBlock, byte[]> block : digests.digests().entrySet()) {
                found.put(block.getKey().id(), HexFormat.of().formatHex(block.getValue()));
            }
        }
        return found;
    }
}
