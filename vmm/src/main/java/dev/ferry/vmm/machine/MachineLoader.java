package dev.ferry.vmm.machine;

import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.Place;
import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.stream.convert.SavedSection;
import dev.ferry.stream.convert.SavedVm;
import dev.ferry.stream.vmstate.DeviceState;
import dev.ferry.vmm.cpu.CpuRequest;
import dev.ferry.vmm.cpu.CpuState;
import dev.ferry.vmm.device.Chardev;
import dev.ferry.vmm.device.Device;
import dev.ferry.vmm.device.LocalApic;
import dev.ferry.vmm.device.QemuLine;
import dev.ferry.vmm.device.StateException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Makes a machine go on where a saved VM stands. */
final class MachineLoader {

    private static final long KHZ = 1000;

    private final SavedVm vm;
    private final MachineConfig config;
    private final MachineType type;
    private final QemuLine line;

    MachineLoader(SavedVm vm, MachineConfig config) throws IOException {
        this.vm = vm;
        this.config = config;
        this.type = findType();
        this.line = config.line != null ? config.line : findLine();
        config.machine = type.name();
        config.vcpus = Math.max(1, count("cpu_common"));
        int serials = count("serial");
        while (config.serials.size() < serials) {
            config.serials.add(Chardev.NULL);
        }
        while (config.serials.size() > serials) {
            config.serials.removeLast();
        }
        long ram = vm.blocks().isEmpty() ? 0 : vm.blocks().getFirst().usedLength();
        for (var block : vm.blocks()) {
            if (block.id().equals("pc.ram") || block.id().equals("microvm.ram")) {
                ram = block.usedLength();
            }
        }
        config.ramBytes = ram;
    }

    MachineType type() {
        return type;
    }

    QemuLine line() {
        return line;
    }

    private List<SavedSection> all() {
        List<SavedSection> sections = new ArrayList<>(vm.early());
        sections.addAll(vm.devices());
        return sections;
    }

    private int count(String name) {
        int count = 0;
        for (SavedSection section : all()) {
            if (section.name().equals(name)) {
                count++;
            }
        }
        return count;
    }

    private boolean has(String name) {
        return count(name) > 0;
    }

    private MachineType findType() throws IOException {
        String name = vm.machine().isEmpty() ? guess() : vm.machine();
        return MachineType.find(name)
                .or(() -> MachineType.like(name))
                .orElseThrow(() ->
                        new UnsupportedStreamException(
                                "there is no model of machine '" + name + "'",
                                new Place(vm.name(), 0, "configuration")));
    }

    /** Streams without a configuration section: the devices tell the board. */
    private String guess() {
        if (has("0000:00:00.0/I440FX")) {
            return told("pc-i440fx-", "pc-i440fx-2.3");
        }
        if (has("0000:00:00.0/mch")) {
            return told("pc-q35-", "pc-q35-2.4");
        }
        return has("acpi-ged") ? "microvm" : has("isa-ide") ? "isapc" : "";
    }

    /** What the user says of the machine, if it can be and is exact; else {@code otherwise}. */
    private String told(String prefix, String otherwise) {
        return config.machine.startsWith(prefix) ? config.machine : otherwise;
    }

    private QemuLine findLine() throws IOException {
        for (SavedSection section : all()) {
            if (section.name().equals("globalstate")) {
                return section.state().root().field("has_vm_was_suspended") != null
                        ? QemuLine.V10_0
                        : QemuLine.V7_2;
            }
        }
        // Older streams have no such section; the HPET tells them apart, too.
        for (SavedSection section : all()) {
            if (section.name().equals("hpet")) {
                return section.state().root().field("num_timers") != null
                        ? QemuLine.V7_2
                        : QemuLine.V10_0;
            }
        }
        return type.line();
    }

    /** Puts memory and state into a machine just made. */
    void load(Machine machine) throws IOException {
        vm.pages().transfer(new RamReceiver(machine));
        machine.lock().lock();
        try {
            devices(machine);
        } finally {
            machine.lock().unlock();
        }
        for (SavedSection section : vm.live()) {
            machine.config()
                    .listener
                    .note(
                            "live section '"
                                    + section.name()
                                    + "' is of a device that is not modelled");
        }
    }

    private void devices(Machine machine) throws IOException {
        for (Device device : machine.board().devices) {
            device.reset();
        }
        MachineSections sections = machine.sections();
        MachineSections.Matcher matcher = sections.new Matcher(machine.board());
        List<Device> loaded = new ArrayList<>();
        for (SavedSection section : all()) {
            if (!section.isDevice()) {
                continue;
            }
            Device device = matcher.take(section.name(), section.instance());
            if (device == null) {
                matcher.carry(new CarriedDevice(section));
                machine.config()
                        .listener
                        .note(
                                "device '"
                                        + section.name()
                                        + "' instance "
                                        + section.instance()
                                        + " is not modelled: its state is kept aside");
                continue;
            }
            DeviceState state = section.state();
            try {
                device.load(line, state);
            } catch (StateException e) {
                throw new MalformedStreamException(
                        java.util.Objects.requireNonNullElse(e.getMessage(), "state"),
                        new Place(vm.name(), 0, "device '" + section.name() + "'"),
                        e);
            }
            loaded.add(device);
        }
        matcher.done();
        clocks(machine);
        processors(machine);
        for (Device device : loaded) {
            device.loaded();
        }
        for (int i = 0; i < machine.vcpuCount(); i++) {
            machine.host().mapApic(i);
            if (machine.host().injected(i) >= 0) {
                machine.runners().get(i).raise(CpuRequest.HARD);
            }
        }
        machine.loadedState(RunState.PAUSED);
        machine.shape(
                new StreamShape(vm.configuration().isPresent(), vm.footers(), vm.switchover()));
    }

    private static void clocks(Machine machine) {
        TimerSection timer = machine.sections().timer();
        machine.clock().set(timer.clock);
        long khz = machine.sections().cpu(0).tscKhz;
        machine.host().ticks(timer.ticks, khz > 0 ? khz * KHZ : machine.config().tscHertz);
    }

    private static void processors(Machine machine) {
        for (int i = 0; i < machine.vcpuCount(); i++) {
            CpuSection section = machine.sections().cpu(i);
            CpuState cpu = section.cpu;
            LocalApic apic = machine.board().interrupts.local(i);
            cpu.waitForSipi = apic != null && apic.waitsForSipi();
            if (cpu.tsc == 0) {
                // QEMU's translator keeps the counter with the clocks.
                cpu.tsc = machine.sections().timer().ticks;
            }
            machine.host().injected(i, section.injected);
            machine.host().clocks(i, cpu.wallClockMsr, cpu.systemTimeMsr);
            machine.runners().get(i).vcpu.load(cpu);
        }
    }
}
