package dev.ferry.tools.run;

import dev.ferry.tools.ExitCode;
import dev.ferry.tools.run.LaunchConfig.Drive;
import dev.ferry.tools.run.LaunchConfig.Given;
import dev.ferry.tools.run.LaunchConfig.MemoryBackend;
import dev.ferry.tools.run.LaunchConfig.Serial;
import dev.ferry.vmm.boot.BootServices;
import dev.ferry.vmm.boot.MemoryMap;
import dev.ferry.vmm.boot.MultibootKernel;
import dev.ferry.vmm.cpu.Accelerator;
import dev.ferry.vmm.cpu.kvm.KvmAccelerator;
import dev.ferry.vmm.cpu.x86.CpuModel;
import dev.ferry.vmm.cpu.x86.Interpreter;
import dev.ferry.vmm.device.Chardev;
import dev.ferry.vmm.machine.Machine;
import dev.ferry.vmm.machine.MachineConfig;
import dev.ferry.vmm.machine.MachineListener;
import dev.ferry.vmm.machine.MachineType;
import dev.ferry.vmm.memory.Access;
import dev.ferry.vmm.memory.AddressSpace;
import dev.ferry.vmm.memory.Backing;
import dev.ferry.vmm.memory.MemoryRange;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Makes machines of what the command line asks for. */
final class MachineMaker implements AutoCloseable {

    static final String DEFAULT_MACHINE = "pc";
    private static final int MAX_SERIALS = 4;
    private static final int MAX_CPUS = 255;
    private static final long MIB = 1 << 20;
    private static final long FOUR_GIB = 1L << 32;

    private final LaunchConfig config;
    private final OpenChardevs chardevs;
    private final BootFiles boot;
    private final Talk talk;
    private final MachineListener listener;
    private @Nullable SevParts sev;

    MachineMaker(
            LaunchConfig config,
            OpenChardevs chardevs,
            BootFiles boot,
            Talk talk,
            MachineListener listener) {
        this.config = config;
        this.chardevs = chardevs;
        this.boot = boot;
        this.talk = talk;
        this.listener = listener;
    }

    /** A machine that is to be started from the beginning. */
    Machine fresh() throws IOException {
        String type = config.machine == null ? DEFAULT_MACHINE : config.machine;
        MachineType board = board(type);
        boot.open(!config.stopped);
        checkCpus(type);
        openSev();
        MachineConfig machine = common(board.name(), config.cpus);
        machine.firmware = boot.firmware();
        for (Drive drive : config.flash) {
            machine.flash.add(
                    new MachineConfig.Flash(
                            Files.readAllBytes(drive.file()),
                            drive.readOnly() ? null : drive.file(),
                            drive.readOnly()));
        }
        memory(machine);
        serials(machine, ports(config.serials));
        AtomicReference<@Nullable Machine> itself = new AtomicReference<>();
        if (sev != null) {
            sev.addTo(
                    machine,
                    () -> {
                        Machine made = itself.get();
                        return made == null ? null : made.currentVcpu();
                    });
        }
        Machine made = Machine.create(machine);
        itself.set(made);
        services(made);
        return made;
    }

    private void openSev() throws IOException {
        String id = config.machineProperties.get("confidential-guest-support");
        KeyedOptions object = id == null ? null : config.sevGuests.get(id);
        if (object == null) {
            return;
        }
        if (config.bios == null && config.flash.isEmpty()) {
            throw new LaunchException(
                    "an SEV guest starts from firmware of its own: -bios or if=pflash",
                    ExitCode.UNSUPPORTED);
        }
        sev = SevParts.open(object, config.ram);
    }

    private MachineType board(String type) {
        return MachineType.find(type)
                .orElseThrow(() -> {
                    Given given = config.machineGiven;
                    String problem = "unsupported machine type: \"" + type + "\"";
                    return new LaunchException(
                            (given == null ? problem : given.message(problem))
                                    + "\nUse -machine help to list supported machines",
                            given == null ? ExitCode.UNSUPPORTED : ExitCode.USAGE);
                });
    }

    private void checkCpus(String type) {
        if (config.cpus > MAX_CPUS) {
            throw new LaunchException(
                    "Invalid SMP CPUs "
                            + config.cpus
                            + ". The max CPUs supported by machine '"
                            + type
                            + "' is "
                            + MAX_CPUS);
        }
    }

    /** The machine that a saved state is of, with the state. */
    Machine of(SavedGuest saved) throws IOException {
        checkSame(saved);
        boot.open(false);
        int cpus = Math.max(1, saved.count("cpu_common"));
        if (config.cpusGiven != null && config.cpus != cpus) {
            throw new LaunchException(
                    config.cpusGiven.message("the saved guest has " + cpus + " CPUs"));
        }
        MachineConfig machine =
                common(config.machine == null ? DEFAULT_MACHINE : config.machine, cpus);
        memory(machine);
        serials(machine, ports(config.serials));
        Machine made = Machine.load(saved.vm(), machine);
        config.ram = machine.ramBytes;
        services(made);
        return made;
    }

    private void checkSame(SavedGuest saved) {
        String ours = config.machine;
        String theirs = saved.vm().machine();
        if (ours != null && !theirs.isEmpty() && !board(ours).name().equals(theirs)) {
            throw new LaunchException(
                    "Machine type received is '" + theirs + "' and local is '" + ours + "'");
        }
    }

    private MachineConfig common(String type, int cpus) {
        CpuModel model = cpuModel();
        AcceleratorChoice choice =
                new AcceleratorChoice(
                        Map.of(
                                "tcg",
                                () -> new Interpreter(model, sev == null ? null : sev.mode()),
                                "kvm",
                                this::kvm),
                        talk);
        MachineConfig machine = new MachineConfig(choice.choose(config.accels));
        machine.machine = type;
        machine.vcpus = cpus;
        machine.cpu = model;
        machine.noReboot = !config.reboot;
        machine.noShutdown = !config.shutdown;
        machine.listener = listener;
        if (config.uuid != null) {
            machine.uuid = UUID.fromString(config.uuid);
        }
        for (LaunchConfig.DebugExit exit : config.debugExits) {
            machine.debugExitPort = exit.port();
        }
        return machine;
    }

    private Accelerator kvm() throws IOException {
        if (sev != null) {
            throw new IOException("the encryption of SEV guests is the interpreter's (tcg)");
        }
        return new KvmAccelerator();
    }

    private CpuModel cpuModel() {
        String option = String.join(",", config.cpu);
        try {
            return CpuModel.parse(option);
        } catch (IllegalArgumentException e) {
            throw new LaunchException("-cpu " + option + ": " + e.getMessage());
        }
    }

    private void memory(MachineConfig machine) {
        machine.ramBytes = config.ram;
        String id = config.machineProperties.get("memory-backend");
        if (id == null && config.numaMemory.size() == 1) {
            id = config.numaMemory.getFirst();
        }
        MemoryBackend backend = id == null ? null : config.memory.get(id);
        if (backend == null) {
            return;
        }
        machine.ramId = id;
        machine.ramBacking =
                switch (backend.kind()) {
                    case RAM -> new Backing.Anonymous();
                    case MEMFD -> new Backing.Memfd();
                    case FILE -> file(backend);
                };
    }

    private Backing file(MemoryBackend backend) {
        if (!backend.share() || backend.file() == null) {
            throw new LaunchException(
                    backend.given().message("only share=on is supported"), ExitCode.UNSUPPORTED);
        }
        return new Backing.SharedFile(backend.file());
    }

    /** Ids of chardevs by port; null where there is none. */
    private static List<@Nullable String> ports(List<Serial> asked) {
        List<@Nullable String> ports = new ArrayList<>();
        for (int i = 0; i < MAX_SERIALS; i++) {
            ports.add(null);
        }
        for (Serial serial : asked) {
            int index = serial.index();
            if (index < 0) {
                index = ports.indexOf(null);
            }
            if (index < 0 || index >= MAX_SERIALS) {
                throw new LaunchException(
                        serial.given().message("Max. supported number of ISA serial ports is 4."));
            }
            ports.set(index, serial.chardev());
        }
        while (!ports.isEmpty() && ports.getLast() == null) {
            ports.removeLast();
        }
        return ports;
    }

    private void serials(MachineConfig machine, List<@Nullable String> ports) {
        for (String id : ports) {
            machine.serials.add(id == null ? Chardev.NULL : chardevs.get(id));
        }
    }

    /** Gives a machine the services that our firmware asks for. */
    private void services(Machine made) throws IOException {
        if (!boot.services()) {
            return;
        }
        MemoryMap map = map(made.memory());
        MultibootKernel kernel = boot.kernel();
        if (kernel != null) {
            kernel.requireRoom(map);
        }
        BootServices services = new BootServices(made.memory(), map, kernel, boot.disks());
        made.lock().lock();
        try {
            made.ports().add(BootServices.PORT, BootServices.PORTS, 4, services);
        } finally {
            made.lock().unlock();
        }
    }

    /** What the machine has from 1 MiB and from 4 GiB on. */
    private MemoryMap map(AddressSpace memory) {
        long below = Math.min(config.ram, MIB);
        long above = FOUR_GIB;
        for (MemoryRange range : memory.memory()) {
            if (range.access() != Access.READ_WRITE) {
                continue;
            }
            if (range.gpa() == below && below >= MIB) {
                below += range.length();
            } else if (range.gpa() < MIB && range.gpa() + range.length() > MIB) {
                below = range.gpa() + range.length();
            } else if (range.gpa() == above) {
                above += range.length();
            }
        }
        return MemoryMap.of(below, above - FOUR_GIB);
    }

    /** To be called when the machine is closed. */
    @Override
    public void close() {
        if (sev != null) {
            sev.close();
        }
    }
}
