package dev.ferry.vmm.device;

import dev.ferry.stream.vmstate.FieldType;

/** A floppy controller without drives: guests find it idle. */
public final class Fdc extends Device implements PortDevice {

    private int dor = 0x0c;

    public Fdc() {
        super("fdc", 0, 2);
    }

    @Override
    protected void state(StateFields f) {
        f.struct("state", "fdc", 2, this::registers);
    }

    private void registers(StateFields f) {
        f.kept8("sra", 0x40);
        f.kept8("srb", 0xc0);
        dor = f.u8("dor_vmstate", dor);
        f.kept8("tdr", 0);
        f.kept8("dsr", 0);
        f.kept8("msr", 0x80);
        f.kept8("status0", 0);
        f.kept8("status1", 0);
        f.kept8("status2", 0);
        f.keptArray("fifo", FieldType.of("uint8"), 512, 0);
        f.kept32("data_pos", 0);
        f.kept32("data_len", 1);
        f.kept8("data_state", 0);
        f.kept8("data_dir", 0);
        f.kept8("eot", 0);
        f.kept8("timer0", 0);
        f.kept8("timer1", 0);
        f.kept8("precomp_trk", 0);
        f.kept8("config", 0x60);
        f.kept8("lock", 0);
        f.kept8("pwrd", 0);
        f.equal("num_floppies", "uint8 equal", 2);
        f.structs(
                "drives",
                "fdrive",
                1,
                2,
                false,
                (s, _) -> {
                    s.kept8("head", 0);
                    s.kept8("track", 0);
                    s.kept8("sect", 0);
                    s.subsection("fdrive/media_rate", 1, true, r -> r.kept8("media_rate", 0));
                });
    }

    @Override
    public void reset() {
        super.reset();
        dor = 0x0c;
    }

    @Override
    public int in(int port, int size) {
        return switch (port) {
            case 1 -> dor;
            case 3 -> 0x80;
            default -> 0;
        };
    }

    @Override
    public void out(int port, int size, int value) {
        if (port == 1) {
            dor = value & 0xff;
        }
    }
}
