package dev.ferry.vmm.machine;

import dev.ferry.vmm.device.FwCfg;
import dev.ferry.vmm.device.HostBridge;
import dev.ferry.vmm.device.Hpet;
import dev.ferry.vmm.device.Ich9Ahci;
import dev.ferry.vmm.device.Ich9Lpc;
import dev.ferry.vmm.device.Ich9SmBus;
import dev.ferry.vmm.device.IdePci;
import dev.ferry.vmm.device.IoApic;
import dev.ferry.vmm.device.IsaIde;
import dev.ferry.vmm.device.KvmTprOpt;
import dev.ferry.vmm.device.PciBus;
import dev.ferry.vmm.device.PciFunction;
import dev.ferry.vmm.device.PciHost;
import dev.ferry.vmm.device.Piix3;
import dev.ferry.vmm.device.Piix4Pm;
import dev.ferry.vmm.device.Pit8254;
import dev.ferry.vmm.device.PortDevice;
import dev.ferry.vmm.device.QemuLine;
import dev.ferry.vmm.device.ResetControl;
import dev.ferry.vmm.device.SimpleState;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The PCs with PCI: i440FX with PIIX3, and Q35 with ICH9 (QEMU hw/i386/pc_piix.c, pc_q35.c). */
final class PcBoard extends Board {

    private static final long CONFIGURATION_SPACE = 0xb000_0000L;

    private final boolean q35;
    private final PciHost host = new PciHost();

    PcBoard(MachineConfig config, MachineType type, QemuLine line, MachineParts parts) {
        super(config, type, line, parts);
        q35 = type.board() == MachineType.BoardKind.Q35;
    }

    @Override
    String ramId() {
        return "pc.ram";
    }

    @Override
    boolean writableFirmware() {
        return false;
    }

    @Override
    void build(@Nullable ReceivedMemory received) throws IOException {
        mainMemory(received);
        firmware(received);
        LegacyDevices.optionRom(this, received);
        if (type.since(2, 0)) {
            block("/rom@etc/acpi/tables", 0x20000, 0x200000, true, received);
            block("/rom@etc/table-loader", 0x1000, 0x10000, true, received);
            block("/rom@etc/acpi/rsdp", 0x1000, 0x1000, true, received);
        }
        FwCfg configuration = firmwareConfiguration(type.since(2, 5), true);
        if (type.since(5, 1)) {
            configuration.acpiSizes(0x20000, 0x1000, 0x14);
        }
        add(new KvmTprOpt());
        kvmClock(parts.kvmClock());
        PamShadow shadow = new PamShadow(memory, mainBlock(received));
        add(host);
        add(new PciBus(q35 ? 8 : 4));
        function(
                q35
                        ? HostBridge.mch(
                                shadow,
                                line == QemuLine.V7_2,
                                line == QemuLine.V7_2 && type.since(2, 10))
                        : HostBridge.i440fx(shadow, config.ramBytes));
        pics();
        IoApic chip = add(new IoApic(0, interrupts.bus));
        interrupts.ioApics.add(chip);
        memory.addMmio(0xfec00000L, 0x1000, chip);
        LegacyDevices legacy = new LegacyDevices(this);
        legacy.dma();
        Pit8254 pit = legacy.timer();
        Hpet hpet = add(new Hpet(parts.clock(), this::irq, q35 ? 0xff0104L : 4L, pit));
        memory.addMmio(0xfed00000L, 0x400, hpet);
        rtc(true);
        serials();
        legacy.keyboard(type.since(6, 1));
        PortDevice reset = q35 ? ich9() : piix();
        ports.add(0xcf8, 4, 4, host.addressPorts(reset));
        ports.add(0xcfc, 4, 4, host.dataPorts());
        add(SimpleState.i2cBus());
        if (type.since(2, 0)) {
            add(SimpleState.acpiBuild());
        }
        debugPorts();
    }

    private dev.ferry.vmm.memory.@Nullable RamBlock mainBlock(@Nullable ReceivedMemory received) {
        var low = memory.find(0);
        return low == null || received != null && low.offset() != 0 ? null : low.block();
    }

    private <T extends PciFunction> T function(T function) {
        host.add(function);
        return add(function);
    }

    private PortDevice piix() {
        LegacyDevices legacy = new LegacyDevices(this);
        legacy.floppy();
        Piix3 bridge = function(new Piix3(control));
        function(new IdePci());
        for (int i = 0; i < 2; i++) {
            ports.add(i == 0 ? 0x1f0 : 0x170, 8, 2, IsaIde.ports());
            ports.add(i == 0 ? 0x3f6 : 0x376, 1, IsaIde.ports());
        }
        acpi =
                function(
                        new Piix4Pm(
                                ports,
                                irq(9),
                                parts.clock(),
                                control,
                                type.since(2, 0),
                                type.since(6, 1),
                                type.since(4, 0),
                                type.since(6, 0)));
        return bridge;
    }

    private PortDevice ich9() {
        memory.addMmio(CONFIGURATION_SPACE, 256L << 20, host.memory());
        acpi =
                function(
                        new Ich9Lpc(
                                ports,
                                irq(9),
                                parts.clock(),
                                control,
                                type.since(2, 4),
                                type.since(6, 1),
                                type.since(6, 0)));
        function(new Ich9Ahci());
        function(new Ich9SmBus(type.since(4, 0)));
        return new ResetControl(control);
    }
}
