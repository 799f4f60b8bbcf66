package dev.ferry.vmm.machine;

import dev.ferry.vmm.device.IsaIde;
import dev.ferry.vmm.device.QemuLine;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A PC of the ISA age: no PCI, no APICs (QEMU hw/i386/pc_piix.c, isapc). */
final class IsaPcBoard extends Board {

    IsaPcBoard(MachineConfig config, MachineType type, QemuLine line, MachineParts parts) {
        super(config, type, line, parts);
    }

    @Override
    String ramId() {
        return "pc.ram";
    }

    @Override
    boolean writableFirmware() {
        return true;
    }

    @Override
    void build(@Nullable ReceivedMemory received) throws IOException {
        mainMemory(received);
        firmware(received);
        LegacyDevices.optionRom(this, received);
        firmwareConfiguration(true, false);
        pics();
        LegacyDevices legacy = new LegacyDevices(this);
        legacy.dma();
        rtc(true);
        legacy.timer();
        serials();
        legacy.floppy();
        legacy.keyboard(true);
        for (int i = 0; i < 2; i++) {
            add(new IsaIde(line == QemuLine.V7_2 ? 0 : i));
            ports.add(i == 0 ? 0x1f0 : 0x170, 8, 2, IsaIde.ports());
            ports.add(i == 0 ? 0x3f6 : 0x376, 1, IsaIde.ports());
        }
        debugPorts();
    }
}
