package dev.ferry.vmm.bench;

import dev.ferry.testdata.qemu.QemuPeer;
import dev.ferry.testdata.qemu.QemuProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A guest in QEMU with its translator. */
final class InQemu {

    private InQemu() {}

    /** When each character came. */
    static long[] run(QemuPeer peer, TimedGuest guest) throws IOException {
        Path directory = Files.createTempDirectory("ferry-bench");
        Path image = directory.resolve("guest.bin");
        try {
            Files.write(image, guest.bytes());
            return run(peer, guest, directory);
        } finally {
            Files.deleteIfExists(image);
            Files.delete(directory);
        }
    }

    private static long[] run(QemuPeer peer, TimedGuest guest, Path directory) throws IOException {
        long[] times = new long[guest.characters()];
        try (QemuProcess qemu =
                QemuProcess.start(
                        peer,
                        directory,
                        List.of(
                                "-machine",
                                "pc,accel=tcg",
                                "-cpu",
                                "max",
                                "-m",
                                "32M",
                                "-nodefaults",
                                "-vga",
                                "none",
                                "-display",
                                "none",
                                "-serial",
                                QemuProcess.SERIAL,
                                "-bios",
                                "guest.bin"))) {
            for (int i = 0; i < times.length; i++) {
                qemu.serial().awaitLength(i + 1);
                times[i] = System.nanoTime();
            }
        }
        return times;
    }
}
