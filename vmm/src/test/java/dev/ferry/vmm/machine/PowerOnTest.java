package dev.ferry.vmm.machine;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ferry.stream.convert.SavedSection;
import dev.ferry.stream.convert.SavedVm;
import dev.ferry.testdata.qemu.MigrationSettings;
import dev.ferry.testdata.qemu.Outgoing;
import dev.ferry.testdata.qemu.QemuPeer;
import dev.ferry.testdata.qemu.QemuProcess;
import dev.ferry.testdata.qemu.QemuRelease;
import dev.ferry.vmm.device.Chardev;
import dev.ferry.vmm.device.DeviceSection;
import dev.ferry.vmm.device.QemuLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A machine that was just made has the state of real QEMU's with {@code -S}: the same sections in
 * the same order, the same layouts, the same bytes but for the time of day.
 */
@Tag("qemu")
final class PowerOnTest {

    /** They have the time in them. */
    private static final Set<String> TIMED = Set.of("mc146818rtc");

    @ParameterizedTest
    @CsvSource({
        "V7_2, microvm, 2M, 1",
        "V7_2, isapc, 1M, 1",
        "V7_2, pc-i440fx-7.2, 2M, 1",
        "V7_2, pc-i440fx-7.2, 20M, 3",
        "V7_2, pc-i440fx-6.0, 2M, 1",
        "V7_2, pc-i440fx-2.4, 2M, 1",
        "V7_2, pc-q35-7.2, 2M, 1",
        "V7_2, pc-q35-2.9, 2M, 2",
        "V10_0, microvm, 2M, 2",
        "V10_0, isapc, 2M, 1",
        "V10_0, pc-i440fx-7.2, 2M, 1",
        "V10_0, pc-i440fx-10.0, 2M, 2",
        "V10_0, pc-q35-7.2, 2M, 1",
        "V10_0, pc-q35-10.0, 40M, 1"
    })
    void aFreshMachineIsLikeRealQemus(
            String line, String type, String memory, int vcpus, @TempDir Path directory)
            throws IOException {
        QemuPeer peer = QemuPeer.require(QemuRelease.valueOf(line));
        byte[] firmware = GuestImages.capguest();
        Path stream = directory.resolve("stream");
        Files.write(directory.resolve("bios.bin"), firmware);
        List<String> options =
                List.of(
                        "-machine",
                        type.startsWith("pc-") ? type + ",smm=off" : type,
                        "-nodefaults",
                        "-vga",
                        "none",
                        "-display",
                        "none",
                        "-bios",
                        "bios.bin",
                        "-serial",
                        "null",
                        "-m",
                        memory,
                        "-smp",
                        Integer.toString(vcpus),
                        "-S");
        try (QemuProcess qemu = QemuProcess.start(peer, directory, options)) {
            Outgoing.channels(stream).save(qemu, MigrationSettings.PLAIN);
        }
        MachineConfig config = new MachineConfig(new StandingAccelerator());
        config.machine = type;
        config.line = QemuLine.valueOf(line);
        config.ramBytes = Long.parseLong(memory.replace("M", "")) << 20;
        config.vcpus = vcpus;
        config.firmware = firmware;
        config.serials.add(Chardev.NULL);
        config.ticker = () -> 0;
        try (SavedVm vm = SavedFixtures.open(stream);
                Machine machine = Machine.create(config)) {
            assertEquals(
                    vm.blocks().stream().map(b -> b.id() + " " + b.usedLength()).toList(),
                    machine.blocks().stream().map(b -> b.id() + " " + b.size()).toList());
            List<SavedSection> expected = new ArrayList<>(vm.early());
            expected.addAll(vm.devices());
            List<DeviceSection> saved = machine.saveDevices(RunState.PRELAUNCH);
            assertEquals(
                    expected.stream().map(s -> s.name() + "#" + s.instance()).toList(),
                    saved.stream().map(s -> s.name() + "#" + s.instance()).toList());
            List<Executable> checks = new ArrayList<>();
            for (int i = 0; i < saved.size(); i++) {
                checks.add(same(expected.get(i), saved.get(i)));
            }
            assertAll(checks);
        }
    }

    private static Executable same(SavedSection expected, DeviceSection saved) {
        String name = expected.name() + " #" + expected.instance();
        return () -> {
            assertEquals(expected.description().layout(), saved.layout(), name);
            if (!TIMED.contains(expected.name())) {
                byte[] body = expected.body().bytes().clone();
                switch (expected.name()) {
                    // A note that QEMU's threads leave for each other.
                    case "cpu_common" -> body[7] &= ~0x10;
                    case "cpu" -> processor(body, saved.body());
                    default -> {}
                }
                assertEquals("", differences(body, saved.body()), name);
            }
        };
    }

    /** EDX has the processor's signature, which is the model's. */
    private static void processor(byte[] expected, byte[] found) {
        System.arraycopy(found, 21, expected, 21, 3);
    }

    /** Offset, expected byte and byte found, in hex. */
    private static String differences(byte[] expected, byte[] found) {
        StringBuilder text = new StringBuilder();
        if (expected.length != found.length) {
            text.append(expected.length).append(" bytes, ").append(found.length).append(" found ");
        }
        HexFormat hex = HexFormat.of();
        for (int i = 0; i < Math.min(expected.length, found.length); i++) {
            if (expected[i] != found[i]) {
                text.append(Integer.toHexString(i))
                        .append(": ")
                        .append(hex.toHexDigits(expected[i]))
                        .append(" not ")
                        .append(hex.toHexDigits(found[i]))
                        .append(", ");
            }
        }
        return text.toString();
    }
}
