package dev.ferry.tools.inspect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ferry.testdata.Fixtures;
import dev.ferry.testdata.qemu.MigrationSettings;
import dev.ferry.testdata.qemu.Outgoing;
import dev.ferry.testdata.qemu.QemuPeer;
import dev.ferry.testdata.qemu.QemuProcess;
import dev.ferry.testdata.qemu.QemuRelease;
import dev.ferry.tools.Ferry;
import dev.ferry.vmm.efi.EfiGuid;
import dev.ferry.vmm.efi.EfiVariable;
import dev.ferry.vmm.efi.SevLiveMigration;
import dev.ferry.vmm.efi.StoreGeometry;
import dev.ferry.vmm.efi.VariableFormat;
import dev.ferry.vmm.efi.VariableStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What inspect says about variables in the flash of machines that QEMU saved. */
class InspectUefiTest {

    @TempDir Path directory;

    private final VariableStore store =
            VariableStore.create(StoreGeometry.OVMF_4M, VariableFormat.AUTHENTICATED);

    @Test
    void aStoreInFlashIsTold() throws IOException {
        store.set(new EfiVariable(EfiGuid.GLOBAL_VARIABLE, "Lang", 7, new byte[] {'e', 'n'}));
        SevLiveMigration.set(store, false);
        SevLiveMigration.set(store, true);
        Path stream = save(store.bytes());
        JsonNode uefi = json(stream);
        assertEquals(
                "{\"block\":\"system.flash1\",\"variables\":2,\"sevLiveMigrationEnabled\":true}",
                uefi.toString());
        String text = Ferry.run("inspect", stream.toString()).out();
        assertTrue(
                text.contains(
                        "uefi        2 variables in system.flash1, SevLiveMigrationEnabled is"
                                + " set\n"),
                text);
    }

    @Test
    void aStoreWithoutTheVariableSaysSo() throws IOException {
        assertEquals(
                "{\"block\":\"system.flash1\",\"variables\":0,\"sevLiveMigrationEnabled\":null}",
                json(save(store.bytes())).toString());
    }

    @Test
    void aDamagedStoreIsToldAndIsNoFailure() throws IOException {
        byte[] flash = store.bytes();
        flash[0x58] ^= 1;
        flash[0x5d] = 0;
        Path stream = save(flash);
        assertEquals(
                "variable store state: expected 0x5a (formatted) and 0xfe (healthy), found 0x5a and"
                        + " 0x0 (system.flash1 at 0x5c, in UEFI variable store)",
                json(stream).path("damage").asText());
        assertEquals(0, Ferry.run("inspect", stream.toString()).code());
    }

    @Test
    void withoutFlashThereIsNothingToTell() throws IOException {
        assertTrue(Inspected.of(Fixtures.named("precopy-s-q7"), directory).path("uefi").isNull());
        assertTrue(
                Inspected.of(Fixtures.named("aarch64-virt-q10"), directory).path("uefi").isNull(),
                "flash that holds no variables");
    }

    private static JsonNode json(Path stream) throws IOException {
        return Inspected.parse(Ferry.run("inspect", "--json", stream.toString())).path("uefi");
    }

    private Path save(byte[] variables) throws IOException {
        QemuPeer peer = QemuPeer.require(QemuRelease.V7_2);
        Files.write(directory.resolve("code.fd"), new byte[0x20000]);
        Files.write(directory.resolve("vars.fd"), variables);
        try (QemuProcess qemu =
                QemuProcess.start(
                        peer,
                        directory,
                        List.of(
                                "-nodefaults",
                                "-display",
                                "none",
                                "-machine",
                                "pc-q35-7.2,accel=tcg",
                                "-m",
                                "1",
                                "-drive",
                                "if=pflash,format=raw,unit=0,file=code.fd",
                                "-drive",
                                "if=pflash,format=raw,unit=1,file=vars.fd",
                                "-S"))) {
            return Outgoing.pipe(directory.resolve("stream"))
                    .save(qemu, MigrationSettings.PLAIN)
                    .getFirst();
        }
    }
}
