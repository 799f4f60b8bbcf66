package dev.ferry.vmm.cpu.x86;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ferry.testdata.qemu.QemuPeer;
import dev.ferry.vmm.cpu.VcpuExit;
import dev.ferry.vmm.memory.RamBlock;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A whole guest, from the reset vector on. */
class CapGuestTest {

    private static byte[] image() throws IOException {
        try (InputStream in =
                QemuPeer.class.getResourceAsStream("/dev/ferry/testdata/guests/capguest.bin")) {
            return Objects.requireNonNull(in).readAllBytes();
        }
    }

    @Test
    void captureGuestPrintsItsAlphabet() throws IOException {
        CpuModel model = CpuModel.qemu64();
        try (TestMachine machine = new TestMachine(model, 4 << 20);
                RamBlock rom = new RamBlock("bios", 0x10000)) {
            machine.host.kickAfter = 12;
            machine.space.addRom(rom, 0xf0000, 0, 0x10000);
            machine.space.addRom(rom, 0xffff0000L, 0, 0x10000);
            machine.space.writeRom(0xf0000, MemorySegment.ofArray(image()));
            assertEquals(VcpuExit.KICKED, machine.cpu.run(), machine.cpu::failure);
            assertEquals("READY\nABCDEF", machine.host.serial());
        }
    }
}
