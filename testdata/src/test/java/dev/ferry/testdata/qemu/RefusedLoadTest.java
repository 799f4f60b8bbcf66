package dev.ferry.testdata.qemu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.Fixtures;
import dev.ferry.testdata.RamBlockTruth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A harness that cannot tell a bad load from a good one proves nothing. */
class RefusedLoadTest {
    @TempDir Path directory;

    @ParameterizedTest
    @EnumSource
    void truncatedStreamIsRefused(QemuRelease release) throws IOException {
        Fixture fixture = Fixtures.named("precopy-s-q7");
        byte[] content = fixture.main().readAllBytes();
        Path file = directory.resolve("truncated");
        // In the middle of the RAM; at the end there would only be the description, which QEMU
        // skips.
        Files.write(file, Arrays.copyOf(content, 3000));
        assertRefused(fixture, release, Incoming.pipe(file), "load of migration failed");
    }

    @ParameterizedTest
    @EnumSource
    void streamOfAnotherMachineIsRefused(QemuRelease release) throws IOException {
        Fixture fixture = Fixtures.named("precopy-s-q7");
        Path file = Fixtures.named("compress-dirty-q7").main().unpack(directory);
        assertRefused(fixture, release, Incoming.pipe(file), "Machine type received is");
    }

    @ParameterizedTest
    @EnumSource
    void damageInOneOfSeveralChannelsIsRefused(QemuRelease release) throws IOException {
        Fixture fixture = Fixtures.named("multifd-none2-q7");
        List<Path> files = new ArrayList<>();
        for (var channel : fixture.channels().forward()) {
            files.add(channel.unpack(directory));
        }
        // The stream's version. Damage in the other channels makes QEMU wait for ever.
        byte[] content = Files.readAllBytes(files.getFirst());
        content[7] ^= 1;
        Files.write(files.getFirst(), content);
        assertRefused(fixture, release, Incoming.channels(files), "obsolete");
    }

    @ParameterizedTest
    @EnumSource
    void wrongRamIsSeen(QemuRelease release) throws IOException {
        Fixture fixture = Fixtures.named("precopy-s-q7");
        try (QemuProcess qemu = start(fixture, release)) {
            Path file = fixture.main().unpack(directory);
            Incoming.pipe(file).load(qemu, MigrationSettings.PLAIN);
            List<RamBlockTruth> truth =
                    fixture.ramBlocks().stream()
                            .map(block -> block.idstr().equals("pc.rom") ? another(block) : block)
                            .toList();
            assertEquals(List.of("pc.rom"), qemu.memory().compare(truth).different());
        }
    }

    private static RamBlockTruth another(RamBlockTruth block) {
        return new RamBlockTruth(
                block.idstr(),
                block.used(),
                block.max(),
                "0".repeat(64),
                block.hostPageSize(),
                block.zero4kPages(),
                block.nonzero4kPages(),
                block.how());
    }

    private void assertRefused(
            Fixture fixture, QemuRelease release, Incoming incoming, String reason)
            throws IOException {
        try (QemuProcess qemu = start(fixture, release)) {
            LoadFailedException e =
                    assertThrows(
                            LoadFailedException.class,
                            () -> incoming.load(qemu, MigrationSettings.toLoad(fixture)));
            assertTrue(e.toString().contains(reason), e::toString);
        }
    }

    private QemuProcess start(Fixture fixture, QemuRelease release) throws IOException {
        return FixtureMachine.of(fixture)
                .startDestination(QemuPeer.require(release), directory.resolve("machine"));
    }
}
