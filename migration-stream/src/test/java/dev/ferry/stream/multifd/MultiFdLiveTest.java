package dev.ferry.stream.multifd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.ferry.stream.ReaderOptions;
import dev.ferry.stream.Recordings;
import dev.ferry.stream.convert.MultiFdPages;
import dev.ferry.stream.convert.SavedVm;
import dev.ferry.stream.convert.StreamTarget;
import dev.ferry.stream.convert.ZeroPages;
import dev.ferry.stream.io.WireOutput;
import dev.ferry.stream.multifd.MultiFdChannels.Marker;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.Fixtures;
import dev.ferry.testdata.RamBlockTruth;
import dev.ferry.testdata.qemu.FixtureMachine;
import dev.ferry.testdata.qemu.QemuPeer;
import dev.ferry.testdata.qemu.QemuProcess;
import dev.ferry.testdata.qemu.QemuRelease;
import dev.ferry.testdata.qemu.RamComparison;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Real QEMU takes what we write, over sockets, and the guest goes on where it stopped. */
class MultiFdLiveTest {

    private static final int CHANNELS = 3;

    private static final List<MultiFdCompression> METHODS =
            List.of(MultiFdCompression.NONE, MultiFdCompression.ZLIB, MultiFdCompression.ZSTD);

    /** One of each kind, for every build. */
    private static final Set<String> SAMPLE =
            Set.of("precopy-dirty-q7", "multifd-none2-q7", "precopy-dirty-q10", "numa2-dirty-q10");

    /** A destination needs more than multifd for these, or multifd does not go with them. */
    private static final Set<String> MORE =
            Set.of("dirty-bitmaps", "x-ignore-shared", "block", "mapped-ram");

    @TempDir Path directory;

    static Stream<Arguments> sample() {
        return combinations(true);
    }

    static Stream<Arguments> others() {
        return combinations(false);
    }

    private static Stream<Arguments> combinations(boolean sample) {
        List<Arguments> all = new ArrayList<>();
        for (Fixture fixture : Fixtures.all()) {
            if (!fixture.target().equals("x86_64")
                    || fixture.capabilities().stream().anyMatch(MORE::contains)
                    || SAMPLE.contains(fixture.name()) != sample
                    || FixtureMachine.of(fixture).needsKvm()) {
                continue;
            }
            for (QemuRelease release : FixtureMachine.of(fixture).releases()) {
                for (MultiFdCompression method : METHODS) {
                    all.add(
                            Arguments.argumentSet(
                                    fixture + " in " + release + ", " + method,
                                    fixture,
                                    release,
                                    method));
                }
            }
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("sample")
    void qemuLoadsIt(Fixture fixture, QemuRelease release, MultiFdCompression method)
            throws Exception {
        loads(fixture, release, null, method);
    }

    @Tag("full")
    @ParameterizedTest
    @MethodSource("others")
    void qemuLoadsEveryOtherCaptureToo(
            Fixture fixture, QemuRelease release, MultiFdCompression method) throws Exception {
        loads(fixture, release, null, method);
    }

    static Stream<Arguments> unusual() {
        List<Arguments> all = new ArrayList<>();
        for (QemuRelease release : QemuRelease.values()) {
            for (MultiFdDialect dialect : MultiFdDialect.values()) {
                for (ZeroPageDetection zeroPages : ZeroPageDetection.values()) {
                    boolean listed = zeroPages == ZeroPageDetection.MULTIFD;
                    if (!listed || (dialect.listsZeroPages() && release != QemuRelease.V7_2)) {
                        all.add(Arguments.of(release, dialect, zeroPages));
                    }
                }
            }
        }
        return all.stream();
    }

    /**
     * A receiver of either generation takes packets of both, and zero pages in any way it knows.
     */
    @ParameterizedTest
    @MethodSource("unusual")
    void qemuLoadsEveryDialect(
            QemuRelease release, MultiFdDialect dialect, ZeroPageDetection zeroPages)
            throws Exception {
        // The marker is the destination's: of a machine type this old, every EOS.
        loads(
                Fixtures.named("precopy-dirty-q7"),
                release,
                new MultiFdStyle(Marker.EVERY_EOS, zeroPages, dialect),
                MultiFdCompression.NONE);
    }

    /**
     * @param unusual another style than that of the machine and the release
     */
    private void loads(
            Fixture fixture,
            QemuRelease release,
            @Nullable MultiFdStyle unusual,
            MultiFdCompression method)
            throws Exception {
        QemuPeer peer = QemuPeer.require(release);
        FixtureMachine machine = FixtureMachine.of(fixture);
        Assumptions.assumeTrue(
                machine.options().stream().noneMatch(option -> option.contains("hugetlb=on"))
                        || hugePages() > 0,
                "the host has no huge pages to give");
        try (SavedVm vm =
                        SavedVm.read(pages ->
                                Recordings.open(fixture, ReaderOptions.DEFAULT.withPages(pages)));
                QemuProcess qemu = machine.startDestination(peer, directory.resolve("machine"))) {
            String[] version = release.line().split("\\.", -1);
            MultiFdStyle style =
                    unusual != null
                            ? unusual
                            : MultiFdStyle.of(
                                    vm.machine(),
                                    Integer.parseInt(version[0]),
                                    Integer.parseInt(version[1]));
            MultiFdOptions options =
                    MultiFdOptions.DEFAULT
                            .withUuid(uuid(machine.options()))
                            .withCompression(method);
            send(vm, style, options, qemu);
            assertEquals(
                    new RamComparison(
                            fixture.ramBlocks().stream().map(RamBlockTruth::idstr).toList(),
                            List.of(),
                            List.of()),
                    qemu.memory().compare(fixture.ramBlocks()),
                    () -> style + ", " + method + " in " + peer);
            if (machine.nextLetter().isPresent()) {
                qemu.resume();
                assertEquals(
                        FixtureMachine.alphabet(machine.nextLetter().orElseThrow(), 3),
                        qemu.serial().awaitLength(3).substring(0, 3));
            }
        }
    }

    private static int hugePages() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
            if (line.startsWith("HugePages_Free:")) {
                return Integer.parseInt(line.substring("HugePages_Free:".length()).strip());
            }
        }
        return 0;
    }

    /** The VM's, which a destination compares with its own. */
    private static UUID uuid(List<String> options) {
        int at = options.indexOf("-uuid");
        return at < 0 ? MultiFdHandshake.NO_UUID : UUID.fromString(options.get(at + 1));
    }

    private void send(SavedVm vm, MultiFdStyle style, MultiFdOptions options, QemuProcess qemu)
            throws Exception {
        List<Map<String, Object>> capabilities = new ArrayList<>();
        for (String capability : List.of("events", "multifd")) {
            capabilities.add(Map.of("capability", capability, "state", true));
        }
        qemu.qmp().execute("migrate-set-capabilities", Map.of("capabilities", capabilities));
        qemu.qmp()
                .execute(
                        "migrate-set-parameters",
                        Map.of(
                                "multifd-channels",
                                CHANNELS,
                                "multifd-compression",
                                options.compression().parameter()));
        Path socket = directory.resolve("incoming");
        qemu.qmp().execute("migrate-incoming", Map.of("uri", "unix:" + socket));
        AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
        List<SocketChannel> sockets = new ArrayList<>();
        try {
            for (int i = 0; i <= CHANNELS; i++) {
                sockets.add(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
            }
            Thread source =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    write(vm, style, options, sockets);
                                } catch (IOException | RuntimeException e) {
                                    failure.set(e);
                                }
                            });
            assertEquals(
                    "completed",
                    qemu.qmp().awaitMigration("completed", "failed"),
                    () -> messages(qemu) + "; " + failure.get());
            source.join();
            assertNull(failure.get());
        } finally {
            for (SocketChannel each : sockets) {
                each.close();
            }
        }
    }

    private static void write(
            SavedVm vm, MultiFdStyle style, MultiFdOptions options, List<SocketChannel> sockets)
            throws IOException {
        WireOutput main = new WireOutput(sockets.getFirst());
        List<SocketChannel> others = sockets.subList(1, sockets.size());
        try (MultiFdPages pages =
                new MultiFdPages(vm.pages(), vm.shared(), ZeroPages.MARK, style, options, others)) {
            StreamTarget.write(vm, main, pages);
            main.flush();
        }
    }

    private static String messages(QemuProcess qemu) {
        try {
            return qemu.messages();
        } catch (IOException e) {
            return e.toString();
        }
    }
}
