package dev.ferry.vmm.device;

/** A mouse that nobody moves: it answers commands. */
public final class Ps2Mouse extends Ps2Device {

    private static final int STATUS_REMOTE = 0x40;
    private static final int STATUS_ENABLED = 0x20;
    private static final int STATUS_SCALE21 = 0x10;

    private int status;
    private int resolution;
    private int sampleRate;
    private boolean wrap;
    private int type;
    private int detectState;

    public Ps2Mouse() {
        super("ps2mouse", 2);
    }

    @Override
    protected void state(StateFields f) {
        common(f);
        status = f.u8("mouse_status", status);
        resolution = f.u8("mouse_resolution", resolution);
        sampleRate = f.u8("mouse_sample_rate", sampleRate);
        wrap = f.flag8("mouse_wrap", wrap);
        type = f.u8("mouse_type", type);
        detectState = f.u8("mouse_detect_state", detectState);
        f.keptI32("mouse_dx", 0);
        f.keptI32("mouse_dy", 0);
        f.keptI32("mouse_dz", 0);
        f.kept8("mouse_buttons", 0);
    }

    @Override
    public void reset() {
        super.reset();
        status = 0;
        resolution = 0;
        sampleRate = 0;
        wrap = false;
        type = 0;
        detectState = 0;
    }

    @Override
    void write(int value) {
        if (command != NONE) {
            if (command == 0xf3) {
                sampleRate = value;
                detectWheel(value);
            } else {
                resolution = value;
            }
            command = NONE;
            queue(ACK);
            return;
        }
        if (wrap && value != 0xec && value != 0xff) {
            queue(value);
            return;
        }
        switch (value) {
            case 0xe6 -> status(status & ~STATUS_SCALE21);
            case 0xe7 -> status(status | STATUS_SCALE21);
            case 0xea -> status(status & ~STATUS_REMOTE);
            case 0xec -> {
                wrap = false;
                queue(ACK);
            }
            case 0xee -> {
                wrap = true;
                queue(ACK);
            }
            case 0xf0 -> status(status | STATUS_REMOTE);
            case 0xf2 -> queue(ACK, type);
            case 0xe8, 0xf3 -> {
                command = value;
                queue(ACK);
            }
            case 0xe9 -> queue(ACK, status, resolution, sampleRate);
            case 0xeb -> queue(ACK, 0x08, 0, 0);
            case 0xf4 -> status(status | STATUS_ENABLED);
            case 0xf5 -> status(status & ~STATUS_ENABLED);
            case 0xf6 -> {
                defaults();
                queue(ACK);
            }
            case 0xff -> {
                defaults();
                type = 0;
                clear();
                queue(ACK, 0xaa, type);
            }
            default -> {
                // Not a command of this mouse: no answer.
            }
        }
    }

    private void status(int value) {
        status = value;
        queue(ACK);
    }

    private void defaults() {
        sampleRate = 100;
        resolution = 2;
        status = 0;
    }

    /** The sequences of sample rates that wake a wheel: 200, 100, 80 and 200, 200, 80. */
    private void detectWheel(int rate) {
        switch (detectState) {
            case 1 -> detectState = rate == 100 ? 2 : rate == 200 ? 3 : 0;
            case 2 -> {
                if (rate == 80) {
                    type = 3;
                }
                detectState = 0;
            }
            case 3 -> {
                if (rate == 80) {
                    type = 4;
                }
                detectState = 0;
            }
            default -> detectState = rate == 200 ? 1 : 0;
        }
    }
}
