package dev.ferry.vmm.machine;

import dev.ferry.vmm.cpu.CpuState;
import dev.ferry.vmm.device.Device;
import dev.ferry.vmm.device.DeviceSection;
import dev.ferry.vmm.device.LocalApic;
import dev.ferry.vmm.device.QemuLine;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All that a machine has a section for, and the order of the sections. */
final class MachineSections {

    private final QemuLine line;
    private final TimerSection timer = new TimerSection();
    private final GlobalStateSection global = new GlobalStateSection();
    private final List<CpuSection> cpus = new ArrayList<>();
    private final List<CpuCommonSection> common = new ArrayList<>();

    /** What is saved, in order: a {@link Device} or a {@link CarriedDevice}. */
    private List<Object> order = new ArrayList<>();

    private final List<String> carried = new ArrayList<>();
    private RunState saved = RunState.PRELAUNCH;

    MachineSections(Board board, MachineType type, QemuLine line, int vcpus) {
        this.line = line;
        for (int i = 0; i < vcpus; i++) {
            CpuSection cpu = new CpuSection(i);
            cpus.add(cpu);
            common.add(new CpuCommonSection(i, cpu.cpu));
        }
        Map<String, Deque<Device>> byName = byName(board);
        for (String name : SectionOrder.of(type.board(), line)) {
            if (name.equals("cpus")) {
                vcpus(byName);
            } else if (name.equals("serial")) {
                for (int i = 0; i < 4; i++) {
                    next(byName, i == 0 ? name : name + "#" + i);
                }
            } else if (described(name, type)) {
                next(byName, name);
            }
        }
    }

    /** Some devices have a section since a later version only. */
    private static boolean described(String name, MachineType type) {
        return switch (name) {
            case "globalstate" -> type.since(2, 4);
            case "pcspk" -> type.since(2, 8);
            case "PCIHost" -> type.since(5, 2);
            default -> true;
        };
    }

    private void vcpus(Map<String, Deque<Device>> byName) {
        for (int i = 0; i < cpus.size(); i++) {
            String instance = i == 0 ? "" : "#" + i;
            next(byName, "cpu_common" + instance);
            next(byName, "cpu" + instance);
            if (i == 0) {
                next(byName, "kvm-tpr-opt");
            }
            next(byName, "apic" + instance);
        }
    }

    /** Every device by the name of its section; several of one name come in the order made. */
    private Map<String, Deque<Device>> byName(Board board) {
        Map<String, Deque<Device>> byName = new HashMap<>();
        List<Device> all = new ArrayList<>(board.devices);
        all.add(timer);
        all.add(global);
        all.addAll(cpus);
        all.addAll(common);
        all.addAll(board.interrupts.locals);
        for (Device device : all) {
            byName.computeIfAbsent(
                            key(device.section(), device.instance()), _ -> new ArrayDeque<>())
                    .add(device);
        }
        return byName;
    }

    private static String key(String name, long instance) {
        return instance == 0 ? name : name + "#" + instance;
    }

    private void next(Map<String, Deque<Device>> byName, String name) {
        Deque<Device> found = byName.get(name);
        Device device = found == null ? null : found.poll();
        if (device == null && name.equals("isa-ide#1")) {
            // Before 10.0 both channels have instance 0.
            found = byName.get("isa-ide");
            device = found == null ? null : found.poll();
        }
        if (device != null) {
            order.add(device);
        }
    }

    RunState savedState() {
        return saved;
    }

    List<String> carried() {
        return List.copyOf(carried);
    }

    TimerSection timer() {
        return timer;
    }

    CpuSection cpu(int index) {
        return cpus.get(index);
    }

    /** Finds the models of sections that come, each section's in turn. */
    final class Matcher {
        private final Map<String, Deque<Device>> byName;
        private final List<Object> found = new ArrayList<>();

        Matcher(Board board) {
            byName = byName(board);
        }

        /** The model of a section, or null. */
        @Nullable Device take(String name, long instance) {
            Deque<Device> devices = byName.get(key(name, instance));
            Device device = devices == null ? null : devices.poll();
            if (device != null) {
                found.add(device);
            }
            return device;
        }

        void carry(CarriedDevice device) {
            found.add(device);
            carried.add(device.toString());
        }

        /** From now on sections are saved in the order in which these came. */
        void done() {
            order = found;
            saved = global.state;
        }
    }

    List<DeviceSection> save(Machine machine, RunState doing) throws IOException {
        global.state = doing;
        timer.clock = machine.clock().now();
        timer.ticks = machine.host().timestamp();
        for (int i = 0; i < cpus.size(); i++) {
            CpuSection section = cpus.get(i);
            CpuState cpu = section.cpu;
            machine.runners().get(i).vcpu.save(cpu);
            // A kernel's vCPU may have acknowledged an interrupt that it has not delivered yet.
            section.injected =
                    cpu.interruptInjected >= 0 ? cpu.interruptInjected : machine.host().injected(i);
            long wall = machine.host().wallClock(i);
            long system = machine.host().systemTime(i);
            cpu.wallClockMsr = wall != 0 ? wall : cpu.wallClockMsr;
            cpu.systemTimeMsr = system != 0 ? system : cpu.systemTimeMsr;
            LocalApic apic = machine.board().interrupts.local(i);
            if (apic != null) {
                apic.waitsForSipi(cpu.waitForSipi);
            }
        }
        List<DeviceSection> sections = new ArrayList<>();
        for (Object each : order) {
            sections.add(
                    each instanceof Device device
                            ? device.save(line)
                            : ((CarriedDevice) each).save());
        }
        return sections;
    }
}
