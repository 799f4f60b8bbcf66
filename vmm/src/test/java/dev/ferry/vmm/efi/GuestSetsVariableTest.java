package dev.ferry.vmm.efi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.testdata.guest.GuestImage;
import dev.ferry.testdata.qemu.QemuPeer;
import dev.ferry.testdata.qemu.QemuProcess;
import dev.ferry.testdata.qemu.QemuRelease;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Our guest's firmware, our store, and the flash between them is QEMU's. */
class GuestSetsVariableTest {

    /** The guest sets the variable whatever KVM says. */
    private static final int SET_ALWAYS = 1;

    @TempDir Path directory;

    private final VariableStore store =
            VariableStore.create(StoreGeometry.OVMF_4M, VariableFormat.AUTHENTICATED);

    @Test
    void aVariableIsAppended() throws IOException {
        EfiVariable other = new EfiVariable(EfiGuid.GLOBAL_VARIABLE, "Lang", 7, new byte[] {'e'});
        store.set(other);
        VariableStore after = run();
        assertEquals(Optional.of(true), SevLiveMigration.enabled(after));
        assertEquals(Optional.of(other), after.get(EfiGuid.GLOBAL_VARIABLE, "Lang"));
        assertTrue(after.workingBlock().isPresent());
    }

    @Test
    void anOldValueIsReplaced() throws IOException {
        SevLiveMigration.set(store, false);
        int free = store.freeBytes();
        VariableStore after = run();
        assertEquals(Optional.of(true), SevLiveMigration.enabled(after));
        assertEquals(1, after.variables().size());
        assertEquals(free - 112, after.freeBytes());
    }

    @Test
    void whatIsSetIsLeftAlone() throws IOException {
        SevLiveMigration.set(store, true);
        assertEquals(store.freeBytes(), run().freeBytes());
    }

    private VariableStore run() throws IOException {
        Path vars = Files.write(directory.resolve("vars.fd"), store.bytes());
        Files.write(
                directory.resolve("code.fd"),
                GuestImage.sev()
                        .with("flags", SET_ALWAYS)
                        .with("vars", StoreGeometry.OVMF_4M.volume())
                        .with("lines", 1)
                        .bytes());
        try (QemuProcess qemu =
                QemuProcess.start(
                        QemuPeer.require(QemuRelease.V7_2),
                        directory,
                        List.of(
                                "-nodefaults",
                                "-display",
                                "none",
                                "-machine",
                                "q35,accel=tcg",
                                "-m",
                                "16",
                                "-serial",
                                QemuProcess.SERIAL,
                                "-device",
                                "isa-debug-exit",
                                "-S",
                                "-drive",
                                "if=pflash,format=raw,unit=0,file=code.fd",
                                "-drive",
                                "if=pflash,format=raw,unit=1,file=vars.fd"))) {
            qemu.resume();
            assertTrue(qemu.serial().awaitText("READY\n").contains(" var=1\n"));
            assertEquals(0x21, qemu.awaitExit());
        }
        return VariableStore.parse(Files.readAllBytes(vars), "vars.fd");
    }
}
