package dev.ferry.vmm.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ferry.stream.convert.SavedVm;
import dev.ferry.stream.io.WireOutput;
import dev.ferry.testdata.qemu.FixtureMachine;
import dev.ferry.testdata.qemu.Incoming;
import dev.ferry.testdata.qemu.MigrationSettings;
import dev.ferry.testdata.qemu.Outgoing;
import dev.ferry.testdata.qemu.QemuPeer;
import dev.ferry.testdata.qemu.QemuProcess;
import dev.ferry.testdata.qemu.QemuRelease;
import dev.ferry.vmm.cpu.x86.CpuModel;
import dev.ferry.vmm.cpu.x86.Interpreter;
import dev.ferry.vmm.device.QemuLine;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A running guest goes from our machine to real QEMU, and back. With several vCPUs not on microvm:
 * the guest stores to its firmware, which is writable there, where the others start.
 */
@Tag("qemu")
final class ThereAndBackTest {

    private static final int LETTERS = 3;

    @ParameterizedTest
    @CsvSource({
        "V7_2, microvm, 1",
        "V7_2, isapc, 1",
        "V7_2, pc-i440fx-7.2, 1",
        "V7_2, pc-q35-7.2, 2",
        "V10_0, microvm, 1",
        "V10_0, isapc, 1",
        "V10_0, pc-i440fx-7.2, 1",
        "V10_0, pc-i440fx-10.0, 2",
        "V10_0, pc-q35-10.0, 1"
    })
    void theAlphabetGoesOnInQemuAndHereAgain(
            String line, String type, int vcpus, @TempDir Path directory)
            throws IOException, InterruptedException {
        QemuPeer peer = QemuPeer.require(QemuRelease.valueOf(line));
        byte[] firmware =
                GuestImages.capguest(
                        0x04, 77, 0x0c, 0x180000, 0x18, 8, 0x1c, 100, 0x20, vcpus > 1 ? 1 : 0);
        Files.write(directory.resolve("bios.bin"), firmware);
        Path there = directory.resolve("there");
        Path back = directory.resolve("back");
        MachineConfig config = config(new RecordingChardev());
        RecordingChardev serial = (RecordingChardev) config.serials.getFirst();
        config.machine = type;
        config.line = QemuLine.valueOf(line);
        config.ramBytes = (2 << 20) + 8192;
        config.vcpus = vcpus;
        config.firmware = firmware;
        String printed;
        try (Machine machine = Machine.create(config)) {
            machine.start();
            assertEquals("READY\nABC", serial.await(9, machine));
            machine.pause();
            printed = serial.text();
            try (WireOutput out =
                    new WireOutput(
                            FileChannel.open(
                                    there, StandardOpenOption.CREATE, StandardOpenOption.WRITE))) {
                machine.writeStream(out, RunState.RUNNING);
            }
        }
        char next = FixtureMachine.letterAfter(printed.charAt(printed.length() - 1));
        List<String> options =
                new ArrayList<>(
                        List.of(
                                "-machine",
                                type,
                                "-nodefaults",
                                "-vga",
                                "none",
                                "-display",
                                "none",
                                "-bios",
                                "bios.bin",
                                "-serial",
                                QemuProcess.SERIAL,
                                "-m",
                                "2056K",
                                "-smp",
                                Integer.toString(vcpus),
                                "-S",
                                "-incoming",
                                "defer"));
        String inQemu;
        try (QemuProcess qemu = QemuProcess.start(peer, directory, options)) {
            Incoming.pipe(there).load(qemu, MigrationSettings.PLAIN);
            qemu.resume();
            assertEquals(FixtureMachine.alphabet(next, LETTERS), qemu.serial().awaitFirst(LETTERS));
            Outgoing.channels(back).save(qemu, MigrationSettings.PLAIN);
            inQemu = qemu.serial().text();
        }
        next = FixtureMachine.letterAfter(inQemu.charAt(inQemu.length() - 1));
        RecordingChardev again = new RecordingChardev();
        try (SavedVm vm = SavedFixtures.open(back);
                Machine machine = Machine.load(vm, config(again))) {
            machine.start();
            assertEquals(FixtureMachine.alphabet(next, LETTERS), again.await(LETTERS, machine));
        }
    }

    private static MachineConfig config(RecordingChardev serial) {
        MachineConfig config = new MachineConfig(new Interpreter(CpuModel.qemu64(), null));
        config.serials.add(serial);
        return config;
    }
}
