package dev.ferry.vmm.device;

import java.util.Arrays;

/** What a PS/2 keyboard and mouse have in common: a queue of bytes to the controller. */
abstract class Ps2Device extends Device {

    private static final int QUEUE = 16;

    /** No argument of a command is awaited. */
    static final int NONE = -1;

    static final int ACK = 0xfa;
    static final int RESEND = 0xfe;

    private final byte[] data = new byte[256];
    private int read;
    private int written;
    private int count;
    int command = NONE;

    /** Tells the controller that there may be another byte. */
    private Runnable changed = () -> {};

    Ps2Device(String name, int version) {
        super(name, 0, version);
    }

    final void changed(Runnable told) {
        changed = told;
    }

    final void common(StateFields f) {
        f.struct(
                "parent_obj",
                "PS2 Common State",
                3,
                s -> {
                    command = s.i32("write_cmd", command, -1, 255);
                    read = s.i32("queue.rptr", read, 0, 255);
                    written = s.i32("queue.wptr", written, 0, 255);
                    count = s.i32("queue.count", count, 0, 256);
                    s.buffer("queue.data", data);
                });
        if (f.loading() && (read >= QUEUE || written >= QUEUE || count > QUEUE)) {
            // A source that used more of the ring: what fits is what the guest may still get.
            byte[] kept = new byte[QUEUE];
            int left = Math.min(count, QUEUE);
            for (int i = 0; i < left; i++) {
                kept[i] = data[(read + i) & 0xff];
            }
            Arrays.fill(data, (byte) 0);
            System.arraycopy(kept, 0, data, 0, QUEUE);
            read = 0;
            count = left;
            written = left % QUEUE;
        }
    }

    @Override
    public void reset() {
        super.reset();
        command = NONE;
        clear();
    }

    final void clear() {
        read = 0;
        written = 0;
        count = 0;
        Arrays.fill(data, (byte) 0);
        changed.run();
    }

    final boolean empty() {
        return count == 0;
    }

    final void queue(int... values) {
        for (int value : values) {
            if (count < QUEUE) {
                data[written] = (byte) value;
                written = (written + 1) % QUEUE;
                count++;
            }
        }
        changed.run();
    }

    /** The next byte; the last one again if there is none. */
    final int next() {
        if (count == 0) {
            int last = (read + QUEUE - 1) % QUEUE;
            return data[last] & 0xff;
        }
        int value = data[read] & 0xff;
        read = (read + 1) % QUEUE;
        count--;
        changed.run();
        return value;
    }

    /** A byte from the controller. */
    abstract void write(int value);
}
