package dev.ferry.vmm.device;

/** A keyboard that nobody types on: it answers commands. */
public final class Ps2Keyboard extends Ps2Device {

    private boolean scanning = true;
    private boolean translating;
    private int scancodeSet = 2;
    private int leds;

    public Ps2Keyboard() {
        super("ps2kbd", 3);
    }

    @Override
    protected void state(StateFields f) {
        common(f);
        scanning = f.i32("scan_enabled", scanning ? 1 : 0) != 0;
        translating = f.i32("translate", translating ? 1 : 0) != 0;
        scancodeSet = f.i32("scancode_set", scancodeSet);
        boolean lit =
                f.subsection("ps2kbd/ledstate", 3, leds != 0, s -> leds = s.i32("ledstate", leds));
        if (f.loading() && !lit) {
            leds = 0;
        }
        // Half of a key's sequence, and a command's reply that is still queued.
        keptSubsection(f, "ps2kbd/need_high_bit", s -> s.keptBool("need_high_bit", false), 1);
        keptSubsection(
                f, "ps2kbd/command_reply_queue", s -> s.keptI32("parent_obj.queue.cwptr", -1), 0);
    }

    private void keptSubsection(StateFields f, String name, StateFields.Body body, int version) {
        String path = "+" + name;
        boolean there = f.subsection(name, version, kept.numbers(path) != null, body);
        if (f.loading() && there) {
            kept.numbers(path, new long[0]);
        }
    }

    @Override
    public void reset() {
        super.reset();
        scanning = true;
        translating = false;
        scancodeSet = 2;
        leds = 0;
    }

    void translating(boolean on) {
        translating = on;
    }

    @Override
    void write(int value) {
        switch (command) {
            case NONE -> command(value);
            case 0xed -> {
                leds = value;
                command = NONE;
                queue(ACK);
            }
            case 0xf0 -> {
                command = NONE;
                if (value == 0) {
                    queue(ACK, scancodeSet);
                } else if (value <= 3) {
                    scancodeSet = value;
                    queue(ACK);
                } else {
                    queue(RESEND);
                }
            }
            default -> {
                command = NONE;
                queue(ACK);
            }
        }
    }

    private void command(int value) {
        switch (value) {
            case 0x00 -> queue(ACK);
            case 0x05 -> queue(RESEND);
            case 0xee -> queue(0xee);
            case 0xf2 -> queue(ACK, 0xab, translating ? 0x41 : 0x83);
            case 0xf4 -> {
                scanning = true;
                queue(ACK);
            }
            case 0xed, 0xf0, 0xf3 -> {
                command = value;
                queue(ACK);
            }
            case 0xf5, 0xf6 -> {
                clear();
                scanning = value == 0xf6;
                scancodeSet = 2;
                leds = 0;
                queue(ACK);
            }
            case 0xff -> {
                clear();
                scanning = true;
                scancodeSet = 2;
                leds = 0;
                queue(ACK, 0xaa);
            }
            case 0xf7, 0xf8, 0xf9, 0xfa -> queue(ACK);
            default -> queue(RESEND);
        }
    }
}
