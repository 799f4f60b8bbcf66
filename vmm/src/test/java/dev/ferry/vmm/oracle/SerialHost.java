package dev.ferry.vmm.oracle;

import dev.ferry.vmm.cpu.BareHost;
import dev.ferry.vmm.cpu.Vcpu;
import dev.ferry.vmm.cpu.x86.CpuModel;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A machine with one serial port that only takes characters. */
final class SerialHost extends BareHost {

    private final StringBuilder serial = new StringBuilder();
    private final List<String> notes = new CopyOnWriteArrayList<>();

    SerialHost(CpuModel model) {
        super(model);
    }

    String serial() {
        return serial.toString();
    }

    List<String> notes() {
        return notes;
    }

    @Override
    public int portIn(int port, int size) {
        return -1;
    }

    @Override
    public void portOut(int port, int size, int value) {
        if (port == 0x3f8) {
            serial.append((char) value);
        }
    }

    @Override
    public void note(Vcpu vcpu, String message) {
        notes.add(message);
    }
}
