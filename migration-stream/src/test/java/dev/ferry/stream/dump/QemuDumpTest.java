package dev.ferry.stream.dump;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.convert.SavedVm;
import dev.ferry.testdata.qemu.QemuRelease;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What we write of a guest is what QEMU writes of the same guest. */
class QemuDumpTest {

    @TempDir private Path directory;

    static List<Arguments> machines() {
        List<Arguments> all = new ArrayList<>();
        for (QemuRelease release : QemuRelease.values()) {
            for (DumpedMachine machine : DumpedMachine.ALL) {
                all.add(Arguments.argumentSet(machine.name() + " in " + release, release, machine));
            }
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("machines")
    void dumpsAreThoseOfQemu(QemuRelease release, DumpedMachine machine) throws IOException {
        byte[] fill = new byte[1 << 16];
        new java.util.Random(1).nextBytes(fill);
        Files.write(directory.resolve("fill.bin"), fill);
        Files.write(directory.resolve("flash.bin"), new byte[1 << 20]);
        Path elf = null;
        Path kdump;
        Path saved;
        try (LiveGuest guest =
                LiveGuest.start(
                        release, directory, machine.firmware(), machine.until(), machine.list())) {
            if (machine.elf()) {
                elf = guest.dump("elf");
            }
            kdump = guest.dump("kdump-zlib");
            saved =
                    machine.capability().isEmpty()
                            ? guest.save()
                            : guest.save(machine.capability());
        }
        try (SavedVm vm = Guests.read(saved)) {
            GuestDump dump = Guests.dump(vm);
            if (elf != null) {
                compareElf(
                        elf,
                        Guests.write(dump, directory.resolve("ours.elf"), ElfCoreWriter::write));
            }
            compareKdump(
                    KdumpFile.plain(kdump, directory.resolve("qemu.plain")),
                    Guests.write(
                            dump,
                            directory.resolve("ours.kdump"),
                            (d, f) -> KdumpWriter.write(d, KdumpWriter.Compression.ZLIB, f)),
                    dump.wide());
        }
    }

    /** Bits 1 and 2 of ESMRAMC: 1 MiB, 2 MiB, 8 MiB, and what QEMU adds to that. */
    @ParameterizedTest
    @CsvSource({"V7_2, 0", "V7_2, 1", "V7_2, 3", "V10_0, 0", "V10_0, 2", "V10_0, 3"})
    void memoryOfSystemManagementModeIsNotThere(QemuRelease release, int size) throws IOException {
        Path elf;
        Path saved;
        try (LiveGuest guest =
                LiveGuest.start(release, directory, "", "", List.of("-M", "q35", "-m", "24M"))) {
            guest.ask("o/w 0xcf8 0x8000009c");
            guest.ask("o/b 0xcfd 0x0a");
            guest.ask("o/b 0xcfe " + (size << 1 | 1));
            elf = guest.dump("elf");
            saved = guest.save();
        }
        try (SavedVm vm = Guests.read(saved)) {
            GuestDump dump = Guests.dump(vm);
            compareElf(
                    elf, Guests.write(dump, directory.resolve("ours.elf"), ElfCoreWriter::write));
            assertTrue(
                    dump.layout().evidence().stream().anyMatch(e -> e.contains("TSEG")),
                    () -> "" + dump.layout().evidence());
        }
    }

    private static void compareElf(Path theirs, Path ours) throws IOException {
        try (ElfCore expected = new ElfCore(theirs);
                ElfCore found = new ElfCore(ours)) {
            assertEquals(expected.loads(), found.loads());
            assertEquals(expected.wide(), found.wide());
            assertEquals(expected.machine(), found.machine());
            assertArrayEquals(expected.notes(), found.notes());
            for (ElfCore.Load load : expected.loads()) {
                int length = (int) load.length();
                assertArrayEquals(
                        expected.memory(load.address(), length),
                        found.memory(load.address(), length),
                        load::toString);
            }
        }
    }

    private static void compareKdump(Path theirs, Path ours, boolean wide) throws IOException {
        try (KdumpFile expected = new KdumpFile(theirs, wide);
                KdumpFile found = new KdumpFile(ours, wide)) {
            assertEquals(expected.compression(), found.compression());
            assertEquals(expected.maxPages(), found.maxPages());
            assertEquals(expected.maxPages64(), found.maxPages64());
            assertEquals(expected.cpus(), found.cpus());
            assertEquals(expected.dumpLevel(), found.dumpLevel());
            assertArrayEquals(expected.notes(), found.notes());
            BitSet pages = expected.pages();
            assertEquals(pages, found.pages());
            // All pages, or of a large memory some that are spread over it.
            int step = Math.max(1, pages.cardinality() / 20000);
            int index = 0;
            for (int page = pages.nextSetBit(0); page >= 0; page = pages.nextSetBit(page + 1)) {
                if (index % step == 0) {
                    byte[] content = expected.page(index);
                    if (!java.util.Arrays.equals(content, found.page(index))) {
                        assertArrayEquals(
                                content, found.page(index), "page " + Integer.toHexString(page));
                    }
                }
                index++;
            }
            assertTrue(index > 0);
        }
    }

    /** QEMU takes the decimal number for hexadecimal, so that is not compared above. */
    @ParameterizedTest
    @MethodSource("dev.ferry.testdata.qemu.QemuRelease#values")
    void noteOfTheGuestIsFoundWhetherItIsToldOrNot(QemuRelease release) throws IOException {
        for (String device : List.of("-device vmcoreinfo", "-device isa-debug-exit")) {
            Path own = Files.createDirectories(directory.resolve(device.replace(' ', '-')));
            Path saved;
            try (LiveGuest guest =
                    LiveGuest.start(
                            release,
                            own,
                            "longmode.bin",
                            "READY",
                            List.of(("-M q35 -m 4M " + device).split(" ", -1)))) {
                saved = guest.save();
            }
            try (SavedVm vm = Guests.read(saved)) {
                GuestDump dump = Guests.dump(vm);
                assertEquals(device.endsWith("vmcoreinfo"), dump.noteAddress().isPresent());
                Path file =
                        Guests.write(
                                dump,
                                own.resolve("kdump"),
                                (d, f) -> KdumpWriter.write(d, KdumpWriter.Compression.SNAPPY, f));
                try (KdumpFile kdump = new KdumpFile(file, true)) {
                    assertTrue(kdump.vmcoreinfo().startsWith("OSRELEASE=6.1.0-ferry\n"));
                    assertEquals(16777216, kdump.physBase());
                }
            }
        }
    }
}
