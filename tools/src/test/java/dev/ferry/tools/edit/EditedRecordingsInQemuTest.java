package dev.ferry.tools.edit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.Fixtures;
import dev.ferry.testdata.qemu.FixtureMachine;
import dev.ferry.testdata.qemu.Incoming;
import dev.ferry.testdata.qemu.MigrationSettings;
import dev.ferry.testdata.qemu.QemuProcess;
import dev.ferry.testdata.qemu.QemuRelease;
import dev.ferry.tools.Ferry;
import dev.ferry.tools.FixtureFiles;
import dev.ferry.tools.convert.QemuDestination;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** QEMU loads recordings of several channels and of postcopy that were edited. */
class EditedRecordingsInQemuTest {

    private static final int LETTERS = 3;

    @TempDir Path directory;

    /** Edits a capture with all its channels; gives how to load it. */
    private Incoming edited(Fixture fixture, String... options) throws IOException {
        List<String> args =
                FixtureFiles.command(fixture, directory.resolve("capture"), List.of("edit"));
        int reverse = args.indexOf("--reverse");
        args = new ArrayList<>(reverse < 0 ? args : args.subList(0, reverse));
        int channels = (args.size() - 2) / 2;
        Path out = directory.resolve("edited");
        args.addAll(List.of("-o", out.toString()));
        args.addAll(List.of(options));
        Ferry.Result result = Ferry.run(args);
        assertEquals(0, result.code(), result::toString);
        if (channels == 0) {
            return fixture.capabilities().contains("mapped-ram")
                    ? Incoming.file(out)
                    : Incoming.pipe(out);
        }
        List<Path> files = new ArrayList<>(List.of(out));
        for (int i = 1; i <= channels; i++) {
            files.add(Path.of(out + ".ch" + i));
        }
        return Incoming.channels(files);
    }

    @ParameterizedTest
    @CsvSource({
        "multifd-none2-q10,    V10_0",
        "multifd-zlib3-q7,     V7_2",
        "multifd-compat72-q10, V10_0"
    })
    void everyChannelNamesARenamedBlockAnew(String name, QemuRelease release) throws IOException {
        Fixture fixture = Fixtures.named(name);
        long size = fixture.ramBlock("pc.ram").orElseThrow().used();
        FixtureMachine machine =
                FixtureMachine.of(fixture)
                        .withOptions(
                                "-object",
                                "memory-backend-ram,id=memory-of-its-own,size=" + size,
                                "-machine",
                                "memory-backend=memory-of-its-own");
        QemuDestination destination = QemuDestination.of(machine, release);
        Incoming incoming = edited(fixture, "--rename-block", "pc.ram=memory-of-its-own");
        try (QemuProcess qemu =
                machine.startDestination(destination.peer(), directory.resolve("machine"))) {
            incoming.load(qemu, MigrationSettings.toLoad(fixture));
            assertEquals(
                    fixture.ramBlock("pc.ram").orElseThrow().sha256(),
                    qemu.memory().digests().get("memory-of-its-own"));
            qemu.resume();
            assertEquals(
                    FixtureMachine.alphabet(machine.nextLetter().orElseThrow(), LETTERS),
                    qemu.serial().awaitFirst(LETTERS));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "precopy-paused-q10, V10_0, hpet,    fw_cfg:fw_cfg/dma",
        "precopy-paused-q7,  V7_2,  vmmouse, fw_cfg:fw_cfg/dma",
        "mapped-ram-q10,     V10_0, pcspk,   fw_cfg:fw_cfg/acpi_mr",
        "multifd-none2-q7,   V7_2,  hpet,    fw_cfg:fw_cfg/dma"
    })
    void sectionsAndSubsectionsMayBeMissing(
            String name, QemuRelease release, String section, String subsection)
            throws IOException {
        Fixture fixture = Fixtures.named(name);
        QemuDestination destination = QemuDestination.of(FixtureMachine.of(fixture), release);
        Incoming incoming = edited(fixture, "--drop", section, "--drop-subsection", subsection);
        destination.assertGoesOn(
                incoming, MigrationSettings.toLoad(fixture), directory.resolve("machine"));
    }

    @ParameterizedTest
    @CsvSource({"postcopy-q10, V10_0", "postcopy-rp-q10, V10_0", "postcopy-q7, V7_2"})
    void aPackageMayBecomeShorter(String name, QemuRelease release) throws IOException {
        Fixture fixture = Fixtures.named(name);
        QemuDestination destination = QemuDestination.of(FixtureMachine.of(fixture), release);
        Incoming incoming =
                edited(fixture, "--drop", "acpi_build", "--drop-subsection", "fw_cfg:fw_cfg/dma");
        destination.assertGoesOn(
                incoming, MigrationSettings.toLoad(fixture), directory.resolve("machine"));
    }

    @ParameterizedTest
    @CsvSource({"precopy-paused-q10, V10_0", "precopy-paused-q7, V7_2"})
    void theRunStateIsAdopted(String name, QemuRelease release) throws IOException {
        Fixture fixture = Fixtures.named(name);
        QemuDestination destination = QemuDestination.of(FixtureMachine.of(fixture), release);
        Incoming incoming = edited(fixture, "--set", "globalstate.runstate=io-error");
        try (QemuProcess qemu =
                destination
                        .machine()
                        .startDestination(destination.peer(), directory.resolve("machine"))) {
            incoming.load(qemu, MigrationSettings.toLoad(fixture));
            assertEquals(
                    "io-error", qemu.qmp().execute("query-status").required("status").asText());
        }
    }
}
