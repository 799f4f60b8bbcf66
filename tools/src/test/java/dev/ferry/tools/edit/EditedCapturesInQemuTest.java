package dev.ferry.tools.edit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.Fixtures;
import dev.ferry.testdata.qemu.FixtureMachine;
import dev.ferry.testdata.qemu.Incoming;
import dev.ferry.testdata.qemu.LoadFailedException;
import dev.ferry.testdata.qemu.MigrationSettings;
import dev.ferry.testdata.qemu.QemuProcess;
import dev.ferry.testdata.qemu.QemuRelease;
import dev.ferry.tools.Ferry;
import dev.ferry.tools.FixtureFiles;
import dev.ferry.tools.convert.QemuDestination;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** QEMU loads what was edited, and shows what was changed. */
class EditedCapturesInQemuTest {
    @TempDir Path directory;

    @ParameterizedTest
    @CsvSource({
        "precopy-paused-q7, V7_2,  pc-i440fx-7.1",
        "precopy-paused-q7, V10_0, pc-i440fx-8.0",
        "precopy-dirty-q7,  V7_2,  pc-q35-7.1",
        "precopy-dirty-q10, V10_0, pc-i440fx-9.2",
        "xbzrle-q10,        V10_0, pc-q35-9.2",
    })
    void anotherMachineTypeTakesTheGuest(String name, QemuRelease release, String type)
            throws IOException {
        Fixture fixture = Fixtures.named(name);
        FixtureMachine other = FixtureMachine.of(fixture).withMachine(type);
        QemuDestination destination = QemuDestination.of(other, release);
        Path plain = fixture.main().unpack(directory);
        assertThrows(
                LoadFailedException.class,
                () -> goesOn(destination, plain),
                "without the edit it is another machine's");
        goesOn(destination, edit(fixture, "--machine", type));
    }

    @ParameterizedTest
    @CsvSource({
        "precopy-paused-q7,  V7_2",
        "precopy-paused-q7,  V10_0",
        "libvirt-zstd-q10,   V10_0",
    })
    void saveImageAndStreamDoWithoutAnOptionalDevice(String name, QemuRelease release)
            throws IOException {
        Fixture fixture = Fixtures.named(name);
        QemuDestination destination = QemuDestination.of(FixtureMachine.of(fixture), release);
        goesOn(destination, edit(fixture, "--drop", "i8042", "--drop", "ps2kbd"));
    }

    @ParameterizedTest
    @CsvSource({"precopy-dirty-q7, V7_2", "precopy-dirty-q7, V10_0", "mapped-ram-q10, V10_0"})
    void registerHasTheValueThatWasSet(String name, QemuRelease release) throws IOException {
        Fixture fixture = Fixtures.named(name);
        QemuDestination destination = QemuDestination.of(FixtureMachine.of(fixture), release);
        Path edited = edit(fixture, "--set", "cpu/0.env.regs[5]=0x1badcafe");
        try (QemuProcess qemu = start(destination)) {
            load(fixture, edited, qemu);
            String registers = qemu.qmp().human("info registers").toLowerCase(Locale.ROOT);
            assertTrue(registers.contains("ebp=1badcafe"), registers);
        }
    }

    @ParameterizedTest
    @CsvSource({"precopy-dirty-q7, V7_2", "precopy-dirty-q7, V10_0"})
    void renamedBlockIsFoundUnderItsNewName(String name, QemuRelease release) throws IOException {
        Fixture fixture = Fixtures.named(name);
        long size = fixture.ramBlock("pc.ram").orElseThrow().used();
        FixtureMachine machine =
                FixtureMachine.of(fixture)
                        .withOptions(
                                "-object",
                                "memory-backend-ram,id=mem7,size=" + size,
                                "-machine",
                                "memory-backend=mem7");
        QemuDestination destination = QemuDestination.of(machine, release);
        Path edited = edit(fixture, "--rename-block", "pc.ram=mem7");
        try (QemuProcess qemu = start(destination)) {
            load(fixture, edited, qemu);
            assertEquals(
                    fixture.ramBlock("pc.ram").orElseThrow().sha256(),
                    qemu.memory().digests().get("mem7"));
            qemu.resume();
            assertEquals(
                    FixtureMachine.alphabet(machine.nextLetter().orElseThrow(), 3),
                    qemu.serial().awaitFirst(3));
        }
    }

    private Path edit(Fixture fixture, String... edits) throws IOException {
        Path out = directory.resolve("edited");
        List<String> command =
                FixtureFiles.command(fixture, directory.resolve("capture"), List.of("edit"), edits);
        command.addAll(List.of("-o", out.toString()));
        Ferry.Result result = Ferry.run(command);
        assertEquals(0, result.code(), result::toString);
        return out;
    }

    private void goesOn(QemuDestination destination, Path file) throws IOException {
        Fixture fixture = destination.machine().fixture();
        destination.assertGoesOn(
                incoming(fixture, file), settings(fixture), directory.resolve("machine"));
    }

    private QemuProcess start(QemuDestination destination) throws IOException {
        return destination
                .machine()
                .startDestination(destination.peer(), directory.resolve("machine"));
    }

    private static void load(Fixture fixture, Path file, QemuProcess qemu) throws IOException {
        incoming(fixture, file).load(qemu, settings(fixture));
    }

    private static Incoming incoming(Fixture fixture, Path file) throws IOException {
        return switch (fixture.kind()) {
            case TCP -> Incoming.pipe(file);
            case FILE -> Incoming.file(file);
            case LIBVIRT_SAVE -> Incoming.libvirtImage(file);
            case QCOW2_SNAPSHOT -> throw new IllegalArgumentException("not edited in place");
        };
    }

    private static MigrationSettings settings(Fixture fixture) {
        return fixture.capabilities().contains("mapped-ram")
                ? MigrationSettings.mappedRam()
                : MigrationSettings.PLAIN;
    }
}
