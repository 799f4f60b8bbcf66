package dev.ferry.vmm.device;

/** A ring of bytes, as QEMU's util/fifo8.c keeps it in a stream. */
final class Fifo8 {

    private final byte[] data;
    private int head;
    private int count;

    Fifo8(int capacity) {
        data = new byte[capacity];
    }

    void state(StateFields f, String name) {
        f.struct(
                name,
                "Fifo8",
                1,
                s -> {
                    s.buffer("data", data);
                    head = s.u32("head", head);
                    count = s.u32("num", count);
                    if (head < 0 || head >= data.length) {
                        throw s.invalid("head", head, "0 to " + (data.length - 1));
                    }
                    if (count < 0 || count > data.length) {
                        throw s.invalid("num", count, "0 to " + data.length);
                    }
                });
    }

    boolean empty() {
        return count == 0;
    }

    boolean full() {
        return count == data.length;
    }

    int count() {
        return count;
    }

    int room() {
        return data.length - count;
    }

    void push(int value) {
        data[(head + count) % data.length] = (byte) value;
        count++;
    }

    int pop() {
        int value = data[head] & 0xff;
        head = (head + 1) % data.length;
        count--;
        return value;
    }

    void clear() {
        head = 0;
        count = 0;
    }
}
