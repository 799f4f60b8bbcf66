package dev.ferry.testdata.guest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ferry.testdata.qemu.QemuPeer;
import dev.ferry.testdata.qemu.QemuProcess;
import dev.ferry.testdata.qemu.QemuRelease;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each guest does in QEMU what its source says: what any other machine is then held to. */
class GuestsInQemuTest {

    @TempDir Path directory;

    @ParameterizedTest
    @EnumSource(QemuRelease.class)
    void dirtierLeavesTheMemoryItDescribes(QemuRelease release) throws IOException {
        GuestImage guest = GuestImage.dirtier().with("period", 50).with("letters", 40);
        write("disk", guest);
        try (QemuProcess qemu =
                start(release, "pc", "-m", "4", "-drive", "file=disk,format=raw,if=ide")) {
            qemu.resume();
            String expected = "READY\n" + DirtierMemory.letters(40);
            assertEquals(expected, qemu.serial().awaitFirst(expected.length()));
            qemu.stop();
            assertArrayEquals(
                    new DirtierMemory(guest).passes(0, 2000).bytes(),
                    qemu.memory().physical(0x100000, 0x100000));
        }
    }

    @Test
    void dirtierStoppedAnywhereHasMadeAPassInPart() throws IOException {
        GuestImage guest = GuestImage.dirtier().with("delay", 1000);
        write("disk", guest);
        try (QemuProcess qemu =
                start(QemuRelease.V7_2, "pc", "-m", "4", "-drive", "file=disk,format=raw,if=ide")) {
            qemu.resume();
            qemu.serial().awaitText("READY\nABC");
            qemu.stop();
            ByteBuffer state =
                    ByteBuffer.wrap(qemu.memory().physical(0x600, 8))
                            .order(ByteOrder.LITTLE_ENDIAN);
            int passes = state.getInt();
            DirtierMemory expected = new DirtierMemory(guest).passes(0, passes);
            byte[] found = qemu.memory().physical(0x100000, 0x100000);
            for (int page = 0x100000;
                    page < 0x140000 && !Arrays.equals(expected.bytes(), found);
                    page += 4096) {
                expected.pass(passes, page);
            }
            assertArrayEquals(expected.bytes(), found);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "microvm, IOAPIC 00000032",
        "pc, IOAPIC 00000032",
        "q35, IOAPIC 00000032",
        "isapc, ''",
    })
    void irqCountsTimerInterrupts(String machine, String last) throws IOException {
        write("bios", GuestImage.irq().with("period", 10));
        try (QemuProcess qemu = start(QemuRelease.V7_2, machine, "-m", "4", "-bios", "bios")) {
            qemu.resume();
            String expected =
                    "PIT 00000032\n"
                            + (last.isEmpty()
                                    ? "APIC none\n"
                                    : "APIC 00000032\nONCE 00000032\n" + last + "\n")
                            + "ABCDEFGHIJ";
            assertEquals(expected, qemu.serial().awaitFirst(expected.length()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"microvm", "pc"})
    void smp4CountsWithAllProcessors(String machine) throws IOException {
        write("bios", GuestImage.smp4());
        try (QemuProcess qemu =
                start(QemuRelease.V7_2, machine, "-m", "4", "-smp", "4", "-bios", "bios")) {
            qemu.resume();
            String expected = "CPUS 00000004\nSUM 0004E200 00013880 00000000\nABCDEFGHIJ";
            assertEquals(expected, qemu.serial().awaitFirst(expected.length()));
        }
    }

    @Test
    void sevRunsWithoutEncryptionToo() throws IOException {
        GuestImage guest = GuestImage.sev().with("period", 4);
        write("flash", guest);
        try (QemuProcess qemu =
                start(
                        QemuRelease.V7_2,
                        "q35",
                        "-m",
                        "16",
                        "-drive",
                        "if=pflash,format=raw,unit=0,file=flash")) {
            qemu.resume();
            String first =
                    "FW sev=0 cbit=00 features=00000000 var=-\nKERNEL gen=00 errors=00\nREADY\n"
                            + new SevMemory().lines(300, 4);
            assertEquals(first, qemu.serial().awaitFirst(first.length()));
            qemu.serial().type("k");
            qemu.serial().awaitText("KERNEL gen=01 errors=00\nREADY\n");
            qemu.stop();
            byte[] shared = qemu.memory().physical(SevMemory.SHARED_AFTER_KEXEC, 128);
            assertEquals(
                    SevMemory.SHARED_TEXT, new String(shared, 64, 64, StandardCharsets.US_ASCII));
            byte[] secret = qemu.memory().physical(SevMemory.PRIVATE + 1024, 64);
            assertEquals(SevMemory.SECRET, new String(secret, StandardCharsets.US_ASCII));
            qemu.resume();
            qemu.serial().type("r");
            String rebooted =
                    qemu.serial()
                            .awaitText("var=-\nKERNEL gen=00 errors=00\nREADY\n", first.length());
            int reboot = rebooted.lastIndexOf("FW sev");
            String lines =
                    rebooted.substring(0, reboot).replaceAll("(FW|KERNEL|READY)[^\n]*\n", "");
            assertEquals(new SevMemory().instead(lines), lines, "memory is kept over a kexec");
        }
    }

    private void write(String file, GuestImage guest) throws IOException {
        Files.write(directory.resolve(file), guest.bytes());
    }

    private QemuProcess start(QemuRelease release, String machine, String... arguments)
            throws IOException {
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "-nodefaults",
                                "-display",
                                "none",
                                "-machine",
                                machine + ",accel=tcg",
                                "-serial",
                                QemuProcess.SERIAL,
                                "-S"));
        all.addAll(List.of(arguments));
        return QemuProcess.start(QemuPeer.require(release), directory, all);
    }
}
