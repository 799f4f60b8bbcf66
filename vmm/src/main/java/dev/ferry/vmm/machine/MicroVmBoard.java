package dev.ferry.vmm.machine;

import dev.ferry.vmm.device.AcpiGed;
import dev.ferry.vmm.device.IoApic;
import dev.ferry.vmm.device.KvmTprOpt;
import dev.ferry.vmm.device.QemuLine;
import dev.ferry.vmm.device.VirtioMmioSlot;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** QEMU's microvm: no PCI, power management by the generic event device (hw/i386/microvm.c). */
final class MicroVmBoard extends Board {

    private static final int VIRTIO_SLOTS = 24;
    private static final int GED_LINE = 9;

    MicroVmBoard(MachineConfig config, MachineType type, QemuLine line, MachineParts parts) {
        super(config, type, line, parts);
    }

    @Override
    String ramId() {
        return "microvm.ram";
    }

    @Override
    boolean writableFirmware() {
        return true;
    }

    @Override
    void build(@Nullable ReceivedMemory received) throws IOException {
        mainMemory(received);
        firmware(received);
        block("/rom@etc/acpi/tables", 0x1000, 0x200000, true, received);
        block("/rom@etc/table-loader", 0x1000, 0x10000, true, received);
        block("/rom@etc/acpi/rsdp", 0x1000, 0x1000, true, received);
        firmwareConfiguration(true, true).acpiSizes(0x2e2 + 8L * (config.vcpus - 1), 0x680, 0x24);
        add(new KvmTprOpt());
        for (int i = 0; i < 2; i++) {
            IoApic chip = add(new IoApic(i, interrupts.bus));
            interrupts.ioApics.add(chip);
            memory.addMmio(0xfec00000L + i * 0x10000L, 0x1000, chip);
        }
        kvmClock(parts.kvmClock());
        AcpiGed ged = add(new AcpiGed(irq(GED_LINE)));
        acpi = ged;
        memory.addMmio(0xfea00000L, 4, ged.events());
        memory.addMmio(0xfea00200L, 3, AcpiGed.power(control));
        pics();
        pit();
        rtc(false);
        serials();
        debugPorts();
        VirtioMmioSlot slot = new VirtioMmioSlot();
        for (int i = 0; i < VIRTIO_SLOTS; i++) {
            memory.addMmio(
                    0xfeb00000L + (long) i * VirtioMmioSlot.BYTES, VirtioMmioSlot.BYTES, slot);
        }
    }
}
