package dev.ferry.vmm.device;

import dev.ferry.vmm.memory.PortSpace;

/**
 * Power management of pc-i440fx machines: ACPI registers at a port base in configuration space, APM
 * at 0xb2.
 *
 * <p>The state's fields are those of QEMU hw/acpi/piix4.c.
 */
public final class Piix4Pm extends PciFunction implements AcpiChip {

    private static final int BASE = 0x40;
    private static final int ENABLED = 0x80;
    private static final int PORTS = 64;
    private static final int GPE_BASE = 0xafe0;

    private final PortSpace ports;
    private final IrqLine sci;
    private final AcpiRegisters acpi;
    private final boolean modern;
    private final boolean slots;
    private final boolean acpiIndex;
    private final ApmPorts apm;
    private final boolean acpiOnly;
    private int gpeStatus;
    private int gpeEnable;
    private int mapped = -1;

    /**
     * @param sci interrupt 9
     * @param slots whether PCI hotplug is described slot by slot, as since pc-i440fx-2.0
     * @param acpiIndex as since pc-i440fx-6.1
     * @param smbus whether the SMBus controller is described, as since pc-i440fx-4.0
     * @param acpiOnly whether ACPI is on from the start where there is no system management mode,
     *     as since pc-i440fx-6.0
     */
    public Piix4Pm(
            PortSpace ports,
            IrqLine sci,
            DeviceClock clock,
            MachineControl control,
            boolean slots,
            boolean acpiIndex,
            boolean smbus,
            boolean acpiOnly) {
        super(
                1,
                3,
                "piix4_pm",
                3,
                "00 86 80 13 71 00 00 80 02 03 00 80 06",
                "2c f4 1a 00 11",
                "3d 01 00 00 01",
                "58 00 00 00 02",
                "5f 10",
                "63 60",
                "67 08",
                "90 01 b1",
                "d2 09");
        this.ports = ports;
        this.sci = sci;
        this.slots = slots;
        this.acpiIndex = acpiIndex;
        this.modern = smbus;
        this.acpiOnly = acpiOnly;
        this.apm = new ApmPorts(this::apm);
        this.acpi = new AcpiRegisters(clock, control, this::update);
        ports.add(0xb2, 2, apm);
        ports.add(
                GPE_BASE,
                4,
                4,
                new PortDevice() {
                    @Override
                    public int in(int port, int size) {
                        return (gpeStatus | gpeEnable << 16) >> 8 * port;
                    }

                    @Override
                    public void out(int port, int size, int value) {
                        gpe(port, size, value);
                    }
                });
        update();
    }

    @Override
    protected void state(StateFields f) {
        pciState(f, "parent_obj");
        acpi.status = f.u16("ar.pm1.evt.sts", acpi.status);
        acpi.enable = f.u16("ar.pm1.evt.en", acpi.enable);
        acpi.pm1Control = f.u16("ar.pm1.cnt.cnt", acpi.pm1Control);
        apm.state(f);
        if (f.has("smb", modern)) {
            SmBus.state(f, 2);
        }
        acpi.timer.restore(f.timer("ar.tmr.timer", acpi.timer.due()));
        acpi.overflow = f.i64("ar.tmr.overflow_time", acpi.overflow);
        f.struct(
                "ar.gpe",
                "gpe",
                1,
                s -> {
                    gpeStatus = s.u16("sts", gpeStatus);
                    gpeEnable = s.u16("en", gpeEnable);
                });
        String one = "acpi_pci_hotplug.acpi_pcihp_pci_status[0x0]";
        if (f.has(one, !slots)) {
            f.struct(
                    one,
                    "pci_status",
                    1,
                    s -> {
                        s.kept32("up", 0);
                        s.kept32("down", 0);
                    });
        }
        if (f.has("acpi_pci_hotplug.hotplug_select", slots)) {
            f.kept32("acpi_pci_hotplug.hotplug_select", 0);
            Hotplug.slots(f, false);
        }
        if (f.has("acpi_pci_hotplug.acpi_index", acpiIndex)) {
            f.kept32("acpi_pci_hotplug.acpi_index", 0);
        }
        f.subsection("piix4_pm/memhp", 1, slots, s -> Hotplug.memory(s, "acpi_memory_hotplug"));
    }

    @Override
    public void reset() {
        super.reset();
        // The machine has no system management mode: firmware is told that it is set up.
        config[0x5b] = 2;
        apm.reset();
        gpeStatus = 0;
        gpeEnable = 0;
        acpi.reset();
        acpi.sciEnable(acpiOnly);
    }

    @Override
    public void loaded() {
        super.loaded();
        update();
    }

    @Override
    public void powerButton() {
        acpi.powerButton();
    }

    @Override
    public void woken() {
        acpi.woken();
    }

    @Override
    void configured() {
        int base = (config[ENABLED] & 1) != 0 ? read(BASE, 4) & 0xffc0 : -1;
        if (base == mapped) {
            return;
        }
        if (mapped > 0) {
            ports.remove(mapped);
        }
        mapped = -1;
        if (base > 0) {
            try {
                ports.add(base, PORTS, 4, AcpiPorts.of(acpi));
                mapped = base;
            } catch (IllegalArgumentException e) {
                // Something is there already: the guest put it onto another device.
                mapped = -1;
            }
        }
    }

    private void apm(int command) {
        if (command == 0xf1) {
            acpi.sciEnable(true);
        } else if (command == 0xf0) {
            acpi.sciEnable(false);
        }
    }

    private void gpe(int port, int size, int value) {
        for (int i = 0; i < size; i++) {
            int one = value >> 8 * i & 0xff;
            int at = port + i;
            if (at < 2) {
                gpeStatus &= ~(one << 8 * at);
            } else {
                gpeEnable = gpeEnable & ~(0xff << 8 * (at - 2)) | one << 8 * (at - 2);
            }
        }
        update();
    }

    private void update() {
        boolean event = acpi.asks();
        sci.set(event || (gpeStatus & gpeEnable) != 0);
    }
}
