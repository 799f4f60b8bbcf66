package dev.ferry.vmm.machine;

import dev.ferry.vmm.device.QemuLine;

/**
 * The order in which QEMU writes the devices' sections of each board. {@code cpus} stands for the
 * vCPUs' sections, {@code serial} for those of every serial port; what is not on a board is passed
 * over.
 */
final class SectionOrder {

    private static final String[] MICROVM = {
        "timer",
        "fw_cfg",
        "cpus",
        "ioapic",
        "ioapic#1",
        "kvmclock",
        "acpi-ged",
        "i8259",
        "i8259#1",
        "i8254",
        "mc146818rtc",
        "serial",
        "pflash_cfi01",
        "globalstate"
    };

    private static final String[] ISAPC_7 = {
        "timer", "cpus", "fw_cfg", "dma", "dma#1", "i8259", "i8259#1", "mc146818rtc", "i8254",
        "pcspk", "serial", "fdc", "ps2kbd", "ps2mouse", "pckbd", "vmmouse", "port92", "isa-ide",
        "isa-ide#1", "globalstate"
    };

    private static final String[] ISAPC_10 = {
        "timer", "cpus", "fw_cfg", "mc146818rtc", "dma", "dma#1", "i8259", "i8259#1", "i8254",
        "pcspk", "serial", "fdc", "ps2kbd", "ps2mouse", "pckbd", "vmmouse", "port92", "isa-ide",
        "isa-ide#1", "globalstate"
    };

    private static final String[] I440FX_7 = {
        "timer",
        "cpus",
        "kvmclock",
        "fw_cfg",
        "PCIHost",
        "PCIBUS",
        "0000:00:00.0/I440FX",
        "dma",
        "dma#1",
        "0000:00:01.0/PIIX3",
        "i8259",
        "i8259#1",
        "ioapic",
        "hpet",
        "mc146818rtc",
        "i8254",
        "pcspk",
        "serial",
        "fdc",
        "ps2kbd",
        "ps2mouse",
        "pckbd",
        "vmmouse",
        "port92",
        "0000:00:01.1/ide",
        "i2c_bus",
        "0000:00:01.3/piix4_pm",
        "pflash_cfi01",
        "pflash_cfi01#1",
        "acpi_build",
        "globalstate"
    };

    private static final String[] I440FX_10 = {
        "timer",
        "cpus",
        "kvmclock",
        "0000:00:00.0/I440FX",
        "PCIHost",
        "PCIBUS",
        "fw_cfg",
        "dma",
        "dma#1",
        "mc146818rtc",
        "0000:00:01.1/ide",
        "i2c_bus",
        "0000:00:01.3/piix4_pm",
        "0000:00:01.0/PIIX3",
        "i8259",
        "i8259#1",
        "ioapic",
        "hpet",
        "i8254",
        "pcspk",
        "serial",
        "fdc",
        "ps2kbd",
        "ps2mouse",
        "pckbd",
        "vmmouse",
        "port92",
        "pflash_cfi01",
        "pflash_cfi01#1",
        "acpi_build",
        "globalstate"
    };

    private static final String[] Q35_7 = {
        "timer",
        "cpus",
        "kvmclock",
        "fw_cfg",
        "0000:00:00.0/mch",
        "PCIHost",
        "PCIBUS",
        "dma",
        "dma#1",
        "0000:00:1f.0/ICH9LPC",
        "i8259",
        "i8259#1",
        "ioapic",
        "hpet",
        "mc146818rtc",
        "i8254",
        "pcspk",
        "serial",
        "ps2kbd",
        "ps2mouse",
        "pckbd",
        "vmmouse",
        "port92",
        "0000:00:1f.2/ich9_ahci",
        "i2c_bus",
        "0000:00:1f.3/ich9_smb",
        "pflash_cfi01",
        "pflash_cfi01#1",
        "acpi_build",
        "globalstate"
    };

    private static final String[] Q35_10 = {
        "timer",
        "cpus",
        "kvmclock",
        "fw_cfg",
        "0000:00:00.0/mch",
        "PCIHost",
        "PCIBUS",
        "dma",
        "dma#1",
        "mc146818rtc",
        "0000:00:1f.0/ICH9LPC",
        "i8259",
        "i8259#1",
        "ioapic",
        "hpet",
        "i8254",
        "pcspk",
        "serial",
        "ps2kbd",
        "ps2mouse",
        "pckbd",
        "vmmouse",
        "port92",
        "0000:00:1f.2/ich9_ahci",
        "i2c_bus",
        "0000:00:1f.3/ich9_smb",
        "pflash_cfi01",
        "pflash_cfi01#1",
        "acpi_build",
        "globalstate"
    };

    private SectionOrder() {}

    static String[] of(MachineType.BoardKind board, QemuLine line) {
        boolean newer = line == QemuLine.V10_0;
        return switch (board) {
            case MICROVM -> MICROVM;
            case ISAPC -> newer ? ISAPC_10 : ISAPC_7;
            case I440FX -> newer ? I440FX_10 : I440FX_7;
            case Q35 -> newer ? Q35_10 : Q35_7;
        };
    }
}
