package dev.ferry.vmm.device;

import dev.ferry.stream.vmstate.FieldType;

/** The VMware mouse, which is never used: its state is carried. */
public final class VmMouse extends Device {

    private static final int QUEUE = 1024;

    public VmMouse() {
        super("vmmouse", 0, 0);
    }

    @Override
    protected void state(StateFields f) {
        f.equal("queue_size", "int32 equal", QUEUE);
        f.keptArray("queue", FieldType.of("uint32"), QUEUE, 0);
        f.kept16("nb_queue", 0);
        f.kept16("status", 0xffff);
        f.kept8("absolute", 0);
    }
}
