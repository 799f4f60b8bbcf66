package dev.ferry.vmm.device;

import dev.ferry.stream.vmstate.FieldType;

/** The ICH9's AHCI controller, without drives. */
public final class Ich9Ahci extends PciFunction {

    private static final int PORTS = 6;

    public Ich9Ahci() {
        super(
                0x1f,
                2,
                "ich9_ahci",
                1,
                "00 86 80 22 29 00 00 10 00 02 01 06 01 00 00 80",
                "20 01",
                "2c f4 1a 00 11",
                "34 80",
                "3d 01",
                "90 40",
                "a8 12 00 10 00 48",
                "80 05 a8 80");
        writable(0x20, 0xe0, 0xff, 0xff, 0xff, 0x00, 0xf0, 0xff, 0xff);
    }

    @Override
    protected void state(StateFields f) {
        pciState(f, "parent_obj");
        f.struct(
                "ahci",
                "ahci",
                1,
                s -> {
                    s.structs("dev", "ahci port", 1, PORTS, false, (p, _) -> port(p));
                    s.kept32("control_regs.cap", 0xc0141f05L);
                    s.kept32("control_regs.ghc", 0x80000000L);
                    s.kept32("control_regs.irqstatus", 0);
                    s.kept32("control_regs.impl", 0x3f);
                    s.kept32("control_regs.version", 0x10000);
                    s.kept32("idp_index", 0);
                    s.equal(
                            "ports",
                            s.line() == QemuLine.V7_2 ? "int32 equal" : "uint32 equal",
                            PORTS);
                });
    }

    private static void port(StateFields f) {
        f.struct("port", "ide_bus", 1, IdeState::bus);
        f.struct("port.ifs[0]", "ide_drive", 3, IdeState::drive);
        f.kept32("port_state", 0);
        f.kept32("finished", 0);
        f.kept32("port_regs.lst_addr", 0);
        f.kept32("port_regs.lst_addr_hi", 0);
        f.kept32("port_regs.fis_addr", 0);
        f.kept32("port_regs.fis_addr_hi", 0);
        f.kept32("port_regs.irq_stat", 0);
        f.kept32("port_regs.irq_mask", 0);
        f.kept32("port_regs.cmd", 6);
        f.kept32("port_regs.tfdata", 0x7f);
        f.kept32("port_regs.sig", 0xffffffffL);
        f.kept32("port_regs.scr_stat", 0);
        f.kept32("port_regs.scr_ctl", 0);
        f.kept32("port_regs.scr_err", 0);
        f.kept32("port_regs.scr_act", 0);
        f.kept32("port_regs.cmd_issue", 0);
        f.keptBool("done_first_drq", false);
        f.keptI32("busy_slot", -1);
        f.keptBool("init_d2h_sent", false);
        f.structs(
                "ncq_tfs",
                "ncq state",
                1,
                32,
                true,
                (s, _) -> {
                    s.kept32("sector_count", 0);
                    s.kept64("lba", 0);
                    s.kept8("tag", 0);
                    s.kept("cmd", FieldType.of("uint8"), 0);
                    s.kept8("slot", 0);
                    s.keptBool("used", false);
                    s.keptBool("halt", false);
                });
    }
}
