package dev.ferry.vmm.oracle;

import dev.ferry.stream.MigrationReader;
import dev.ferry.stream.ReaderOptions;
import dev.ferry.stream.container.Containers;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.ram.RamImage;
import dev.ferry.testdata.qemu.MigrationSettings;
import dev.ferry.testdata.qemu.Outgoing;
import dev.ferry.testdata.qemu.QemuPeer;
import dev.ferry.testdata.qemu.QemuProcess;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Runs records in a real QEMU; its memory comes out by a migration into a file. */
final class QemuRun {

    private QemuRun() {}

    /** The firmware that runs the records. */
    static byte[] firmware() throws IOException {
        try (InputStream in =
                QemuPeer.class.getResourceAsStream("/dev/ferry/testdata/guests/oracle.bin")) {
            if (in == null) {
                throw new IOException("oracle.bin is not among the guests");
            }
            return in.readAllBytes();
        }
    }

    /** Whether QEMU was killed by an arithmetic fault of its own. */
    static boolean endsItself(IOException e) {
        return String.valueOf(e.getMessage()).contains("exit status 136");
    }

    /** All RAM after the records were run. */
    static byte[] run(QemuPeer peer, Path directory, byte[] records) throws IOException {
        Files.write(directory.resolve("oracle.bin"), firmware());
        Files.write(directory.resolve("records.bin"), records);
        Path stream = directory.resolve("after.mig");
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
                                (Records.RAM >> 20) + "M",
                                "-nodefaults",
                                "-vga",
                                "none",
                                "-display",
                                "none",
                                "-serial",
                                QemuProcess.SERIAL,
                                "-bios",
                                "oracle.bin",
                                "-device",
                                "loader,file=records.bin,force-raw=on,addr=" + Records.HEAD))) {
            qemu.serial().awaitLength(1);
            Outgoing.pipe(stream).save(qemu, MigrationSettings.PLAIN);
        }
        return ram(stream);
    }

    private static byte[] ram(Path stream) throws IOException {
        try (RamImage memory = new RamImage();
                MigrationReader reader =
                        MigrationReader.of(
                                new WireInput(Containers.open(stream).stream()),
                                ReaderOptions.DEFAULT.withPages(memory))) {
            while (reader.next() != null) {
                // Pages go into the image.
            }
            for (RamImage.BlockImage block : memory.blocks()) {
                if (block.block().id().equals("pc.ram")) {
                    return block.memory().toArray(ValueLayout.JAVA_BYTE);
                }
            }
        }
        throw new IOException("there is no pc.ram in " + stream);
    }
}
