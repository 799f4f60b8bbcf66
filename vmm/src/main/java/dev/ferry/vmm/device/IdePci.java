package dev.ferry.vmm.device;

/** The PIIX3's IDE controller, without drives. */
public final class IdePci extends PciFunction {

    public IdePci() {
        super(1, 1, "ide", 3, "00 86 80 10 70 00 00 80 02 00 80 01 01", "20 01", "2c f4 1a 00 11");
        writable(0x20, 0xf0, 0xff, 0xff, 0xff);
    }

    @Override
    protected void state(StateFields f) {
        pciState(f, "parent_obj");
        f.structs(
                "bmdma",
                "ide bmdma",
                3,
                2,
                false,
                (s, _) -> {
                    s.kept8("cmd", 0);
                    s.kept8("migration_compat_status", 0);
                    s.kept32("addr", 0);
                    s.keptI64("migration_retry_sector_num", 0);
                    s.kept32("migration_retry_nsector", 0);
                    s.kept8("migration_retry_unit", 0);
                });
        f.structs("bus", "ide_bus", 1, 2, false, (s, _) -> IdeState.bus(s));
        f.structs("bus[0].ifs", "ide_drive", 3, 2, false, (s, _) -> IdeState.drive(s));
        f.structs("bus[1].ifs", "ide_drive", 3, 2, false, (s, _) -> IdeState.drive(s));
    }
}
