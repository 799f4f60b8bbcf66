package dev.ferry.vmm.device;

/** The state of IDE channels without drives, as several controllers carry it. */
final class IdeState {

    private IdeState() {}

    static void bus(StateFields f) {
        f.kept8("cmd", 0);
        f.kept8("unit", 0);
    }

    static void drive(StateFields f) {
        f.keptI32("mult_sectors", 16);
        long identified = f.kept("identify_set", dev.ferry.stream.vmstate.FieldType.of("int32"), 0);
        if (identified != 0) {
            f.keptArray("identify_data", dev.ferry.stream.vmstate.FieldType.of("uint8"), 512, 0);
        }
        f.kept8("feature", 0);
        f.kept8("error", 0);
        f.kept32("nsector", 1);
        f.kept8("sector", 1);
        f.kept8("lcyl", 0xff);
        f.kept8("hcyl", 0xff);
        f.kept8("hob_feature", 0);
        f.kept8("hob_sector", 0);
        f.kept8("hob_nsector", 0);
        f.kept8("hob_lcyl", 0);
        f.kept8("hob_hcyl", 0);
        f.kept8("select", 0xa0);
        f.kept8("status", 0x50);
        f.kept8("lba48", 0);
        f.kept8("sense_key", 0);
        f.kept8("asc", 0);
        f.kept8("cdrom_changed", 0);
    }

    /** A channel's task file as a guest sees that has no drive on it: nothing is there. */
    static PortDevice ports() {
        return new PortDevice() {
            @Override
            public int in(int port, int size) {
                return 0;
            }

            @Override
            public void out(int port, int size, int value) {}
        };
    }
}
