package dev.ferry.vmm.device;

/** The state of an SMBus host controller with nothing on its bus. */
final class SmBus {

    private SmBus() {}

    /**
     * Walks it.
     *
     * @param auxiliary the auxiliary control register at power-on
     */
    static void state(StateFields f, int auxiliary) {
        f.struct(
                "smb",
                "pmsmb",
                1,
                s -> {
                    s.kept8("smb_stat", 0);
                    s.kept8("smb_ctl", 0);
                    s.kept8("smb_cmd", 0);
                    s.kept8("smb_addr", 0);
                    s.kept8("smb_data0", 0);
                    s.kept8("smb_data1", 0);
                    s.kept32("smb_index", 0);
                    s.keptArray("smb_data", dev.ferry.stream.vmstate.FieldType.of("uint8"), 32, 0);
                    s.kept8("smb_auxctl", auxiliary);
                    s.kept8("smb_blkdata", 0);
                    s.keptBool("i2c_enable", false);
                    s.keptBool("op_done", true);
                    s.keptBool("in_i2c_block_read", false);
                    s.keptBool("start_transaction_on_status_read", false);
                });
    }
}
