package dev.ferry.vmm.device;

import dev.ferry.stream.vmstate.FieldType;
import dev.ferry.vmm.memory.PortSpace;

/**
 * The ICH9's LPC bridge of pc-q35 machines, with power management in it.
 *
 * <p>The state's fields are those of QEMU hw/isa/lpc_ich9.c, hw/acpi/ich9.c and hw/acpi/ich9_tco.c.
 */
public final class Ich9Lpc extends PciFunction implements AcpiChip {

    private static final int BASE = 0x40;
    private static final int ACPI_CONTROL = 0x44;
    private static final int ACPI_ENABLE = 0x80;
    private static final int PORTS = 128;
    private static final int GPE = 0x20;
    private static final int SMI_ENABLE = 0x30;

    /** Registers that route the interrupt pins of the devices 31 down to 25, after reset. */
    private static final int[] INTERRUPT_ROUTES = {0x3140, 0x3144, 0x3146, 0x3148, 0x314c, 0x3150};

    private static final int GENERAL_CONTROL = 0x3410;

    private final PortSpace ports;
    private final IrqLine sci;
    private final AcpiRegisters acpi;
    private final ApmPorts apm;
    private final boolean tco;
    private final boolean acpiOnly;
    private final boolean pciHotplug;
    private final byte[] gpeStatus = new byte[16];
    private final byte[] gpeEnable = new byte[16];
    private final byte[] chipConfig = new byte[16384];
    private int smiEnable;
    private int smiStatus;
    private int sciLevel;
    private int mapped = -1;

    /**
     * @param sci interrupt 9
     * @param tco whether the watchdog is described, as since pc-q35-2.4
     * @param pciHotplug as since pc-q35-6.1
     * @param acpiOnly whether ACPI is on from the start where there is no system management mode,
     *     as since pc-q35-6.0
     */
    public Ich9Lpc(
            PortSpace ports,
            IrqLine sci,
            DeviceClock clock,
            MachineControl control,
            boolean tco,
            boolean pciHotplug,
            boolean acpiOnly) {
        super(
                0x1f,
                0,
                "ICH9LPC",
                1,
                "00 86 80 18 29 00 00 00 00 02 00 01 06 00 00 80",
                "2c f4 1a 00 11",
                "40 01",
                "60 80 80 80 80 00 00 00 00 80 80 80 80",
                "82 01");
        this.ports = ports;
        this.sci = sci;
        this.tco = tco;
        this.acpiOnly = acpiOnly;
        this.pciHotplug = pciHotplug;
        this.apm = new ApmPorts(this::apm);
        this.acpi = new AcpiRegisters(clock, control, this::update);
        ports.add(0xb2, 2, apm);
        update();
    }

    @Override
    protected void state(StateFields f) {
        pciState(f, "d");
        apm.state(f);
        f.struct("pm", "ich9_pm", 1, this::pm);
        f.u8s("chip_config", chipConfig);
        sciLevel = f.u32("sci_level", sciLevel);
    }

    private void pm(StateFields f) {
        acpi.status = f.u16("acpi_regs.pm1.evt.sts", acpi.status);
        acpi.enable = f.u16("acpi_regs.pm1.evt.en", acpi.enable);
        acpi.pm1Control = f.u16("acpi_regs.pm1.cnt.cnt", acpi.pm1Control);
        acpi.timer.restore(f.timer("acpi_regs.tmr.timer", acpi.timer.due()));
        acpi.overflow = f.i64("acpi_regs.tmr.overflow_time", acpi.overflow);
        f.u8s("acpi_regs.gpe.sts", gpeStatus);
        f.u8s("acpi_regs.gpe.en", gpeEnable);
        smiEnable = f.u32("smi_en", smiEnable);
        smiStatus = f.u32("smi_sts", smiStatus);
        f.subsection("ich9_pm/memhp", 1, true, s -> Hotplug.memory(s, "acpi_memory_hotplug"));
        f.subsection("ich9_pm/tco", 1, tco, Ich9Lpc::watchdog);
        f.subsection(
                "ich9_pm/pcihp",
                1,
                pciHotplug,
                s -> {
                    s.kept32("acpi_pci_hotplug.hotplug_select", 0);
                    Hotplug.slots(s, true);
                    s.kept32("acpi_pci_hotplug.acpi_index", 0);
                });
    }

    private static void watchdog(StateFields f) {
        f.struct(
                "tco_regs",
                "tco io device status",
                1,
                s -> {
                    s.kept16("tco.rld", 0);
                    s.kept8("tco.din", 0);
                    s.kept8("tco.dout", 0);
                    s.kept16("tco.sts1", 0);
                    s.kept16("tco.sts2", 0);
                    s.kept16("tco.cnt1", 0);
                    s.kept16("tco.cnt2", 8);
                    s.kept8("tco.msg1", 0);
                    s.kept8("tco.msg2", 0);
                    s.kept8("tco.wdcnt", 0);
                    s.kept16("tco.tmr", 4);
                    s.kept8("sw_irq_gen", 3);
                    s.keptTimer("tco_timer");
                    s.keptI64("expire_time", -1);
                    s.kept("timeouts_no", FieldType.of("uint8"), 0);
                });
    }

    @Override
    public void reset() {
        super.reset();
        apm.reset();
        java.util.Arrays.fill(gpeStatus, (byte) 0);
        java.util.Arrays.fill(gpeEnable, (byte) 0);
        java.util.Arrays.fill(chipConfig, (byte) 0);
        for (int route : INTERRUPT_ROUTES) {
            chipConfig[route] = 0x10;
            chipConfig[route + 1] = 0x32;
        }
        chipConfig[GENERAL_CONTROL] = 0x20;
        // The machine has no system management mode: firmware is told that it is set up.
        smiEnable = 0x20;
        smiStatus = 0;
        sciLevel = 0;
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
        int base = (config[ACPI_CONTROL] & ACPI_ENABLE) != 0 ? read(BASE, 4) & 0xff80 : -1;
        if (base == mapped) {
            return;
        }
        if (mapped > 0) {
            ports.remove(mapped);
        }
        mapped = -1;
        if (base > 0) {
            try {
                ports.add(base, PORTS, 4, new Registers());
                mapped = base;
            } catch (IllegalArgumentException e) {
                // Something is there already: the guest put it onto another device.
                mapped = -1;
            }
        }
    }

    private final class Registers implements PortDevice {
        @Override
        public int in(int port, int size) {
            if (port < 0x10) {
                return acpi.read(port, size);
            }
            int value = 0;
            for (int i = size - 1; i >= 0; i--) {
                value = value << 8 | one(port + i);
            }
            return value;
        }

        private int one(int port) {
            int at = port - GPE;
            if (at >= 0 && at < 16) {
                return (at < 8 ? gpeStatus[at] : gpeEnable[at - 8]) & 0xff;
            }
            if (port >= SMI_ENABLE && port < SMI_ENABLE + 4) {
                return smiEnable >> 8 * (port - SMI_ENABLE) & 0xff;
            }
            if (port >= SMI_ENABLE + 4 && port < SMI_ENABLE + 8) {
                return smiStatus >> 8 * (port - SMI_ENABLE - 4) & 0xff;
            }
            return 0;
        }

        @Override
        public void out(int port, int size, int value) {
            if (port < 0x10) {
                acpi.write(port, size, value);
                return;
            }
            if (port == SMI_ENABLE && size == 4) {
                smiEnable = value;
                return;
            }
            for (int i = 0; i < size; i++) {
                int at = port + i - GPE;
                if (at >= 0 && at < 8) {
                    gpeStatus[at] &= (byte) ~(value >> 8 * i);
                } else if (at >= 8 && at < 16) {
                    gpeEnable[at - 8] = (byte) (value >> 8 * i);
                }
            }
            update();
        }
    }

    private void apm(int command) {
        if (command == 2) {
            acpi.sciEnable(true);
        } else if (command == 3) {
            acpi.sciEnable(false);
        }
    }

    private void update() {
        boolean asks = acpi.asks();
        for (int i = 0; i < 16; i++) {
            asks |= (gpeStatus[i] & gpeEnable[i]) != 0;
        }
        sciLevel = asks ? 1 : 0;
        sci.set(asks);
    }
}
