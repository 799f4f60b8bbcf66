package dev.ferry.vmm.device;

import java.util.function.IntConsumer;

/** APM's command and status ports, 0xb2 and 0xb3. */
final class ApmPorts implements PortDevice {

    private final IntConsumer command;
    private int control;
    private int status;

    ApmPorts(IntConsumer command) {
        this.command = command;
    }

    void state(StateFields f) {
        f.struct(
                "apm",
                "APM State",
                1,
                s -> {
                    control = s.u8("apmc", control);
                    status = s.u8("apms", status);
                });
    }

    void reset() {
        control = 0;
        status = 0;
    }

    @Override
    public int in(int port, int size) {
        return port == 0 ? control : status;
    }

    @Override
    public void out(int port, int size, int value) {
        if (port == 0) {
            control = value & 0xff;
            command.accept(control);
        } else {
            status = value & 0xff;
        }
    }
}
