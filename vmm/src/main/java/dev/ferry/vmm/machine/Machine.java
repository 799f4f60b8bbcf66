package dev.ferry.vmm.machine;

import dev.ferry.stream.convert.SavedVm;
import dev.ferry.stream.io.WireOutput;
import dev.ferry.vmm.cpu.CpuRequest;
import dev.ferry.vmm.cpu.CpuState;
import dev.ferry.vmm.cpu.Vcpu;
import dev.ferry.vmm.device.AcpiChip;
import dev.ferry.vmm.device.Device;
import dev.ferry.vmm.device.DeviceClock;
import dev.ferry.vmm.device.DeviceSection;
import dev.ferry.vmm.device.FwCfg;
import dev.ferry.vmm.device.LocalApic;
import dev.ferry.vmm.device.MachineControl;
import dev.ferry.vmm.device.QemuLine;
import dev.ferry.vmm.memory.AddressSpace;
import dev.ferry.vmm.memory.PortSpace;
import dev.ferry.vmm.memory.RamBlock;
import dev.ferry.vmm.memory.VcpuMemory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A virtual machine: a board, its memory and devices, vCPUs on a thread each, and a thread for
 * timers and for what the guest asks of the machine as a whole.
 *
 * <p>For any thread. Methods that stop the vCPUs return when they stand; do not call them from
 * inside a device.
 */
public final class Machine implements AutoCloseable {

    private static final long NS_PER_MS = 1_000_000;

    /** What the guest asked for; carried out by the machine's thread. */
    private enum Request {
        RESET,
        SHUTDOWN,
        SUSPEND,
        WAKE,
        EXIT,
        FAIL
    }

    private final MachineLock lock = new MachineLock();

    /** Held by whoever starts or stops the machine; taken before the lock. */
    private final ReentrantLock operation = new ReentrantLock();

    private final Condition changed = lock.newCondition();
    private final Condition parking = lock.newCondition();
    private final MachineConfig config;
    private final MachineType type;
    private final QemuLine line;
    private final MachineListener listener;
    private final AddressSpace memory = new AddressSpace(lock);
    private final PortSpace ports = new PortSpace();
    private final DeviceClock clock;
    private final DeviceClock hostClock;
    private final GuestHost host;
    private final Board board;
    private final List<VcpuRunner> runners = new ArrayList<>();
    private final List<VcpuMemory> views = new ArrayList<>();
    private final MachineSections sections;
    private final Thread thread;

    private StreamShape shape;
    private RunState state = RunState.PRELAUNCH;
    private boolean running;
    private boolean closed;
    private boolean threadsStarted;
    private @Nullable Request request;
    private int exitStatus;
    private String failure = "";
    private @Nullable MachineEnd end;

    private Machine(
            MachineConfig config,
            MachineType type,
            QemuLine line,
            @Nullable ReceivedMemory received)
            throws IOException {
        this.config = config;
        this.type = type;
        this.line = line;
        this.listener = config.listener;
        this.shape = StreamShape.of(type, line);
        this.clock = new DeviceClock(config.ticker, changed::signalAll);
        this.hostClock = new DeviceClock(config.ticker, changed::signalAll);
        this.host = new GuestHost(lock, ports, clock, config);
        this.thread =
                Thread.ofPlatform().name("machine").daemon(true).unstarted(this::machineThread);
        lock.lock();
        try {
            hostClock.set(config.wallClock.getAsLong() * NS_PER_MS);
            hostClock.start();
            MachineParts parts =
                    new MachineParts(
                            lock,
                            memory,
                            ports,
                            clock,
                            hostClock,
                            new GuestRequests(),
                            this::a20,
                            hasKvmClock(config));
            board = Board.of(config, type, line, parts);
            try {
                board.build(received);
                vcpus();
            } catch (IOException | RuntimeException | Error e) {
                board.close();
                throw e;
            }
            host.board(board.interrupts, board.kvmClock);
            for (int i = 0; i < config.vcpus; i++) {
                host.mapApic(i);
            }
            for (MachineConfig.ExtraPorts extra : config.extraPorts) {
                ports.add(extra.port(), extra.count(), extra.width(), extra.device());
            }
            sections = new MachineSections(board, type, line, config.vcpus);
        } finally {
            lock.unlock();
        }
    }

    private static boolean hasKvmClock(MachineConfig config) {
        if (config.guest == null) {
            return false;
        }
        int[] leaf = new int[4];
        config.guest.cpuid(0x40000001, leaf);
        return (leaf[0] & 9) != 0;
    }

    /**
     * Makes a machine in its power-on state; {@link #start} lets it run.
     *
     * @throws IOException if there is no such machine type, or no memory for it
     */
    public static Machine create(MachineConfig config) throws IOException {
        MachineType type =
                MachineType.find(config.machine)
                        .orElseThrow(() ->
                                new IOException(
                                        "unsupported machine type: \"" + config.machine + "\""));
        QemuLine line = config.line != null ? config.line : type.line();
        Machine machine = new Machine(config, type, line, null);
        try {
            machine.powerOn();
        } catch (IOException | RuntimeException | Error e) {
            machine.close();
            throw e;
        }
        return machine;
    }

    /**
     * Makes the machine that a saved VM is of, with its memory and state. It stands; {@link
     * #savedState} is what it was doing.
     *
     * @param config its machine type, RAM size and number of vCPUs are those of the saved VM
     * @throws dev.ferry.stream.StreamException if the state cannot be taken over
     */
    public static Machine load(SavedVm vm, MachineConfig config) throws IOException {
        MachineLoader loader = new MachineLoader(vm, config);
        Machine machine =
                new Machine(config, loader.type(), loader.line(), new ReceivedMemory(vm, config));
        try {
            loader.load(machine);
        } catch (IOException | RuntimeException | Error e) {
            machine.close();
            throw e;
        }
        return machine;
    }

    private void vcpus() {
        boolean apics = type.board() != MachineType.BoardKind.ISAPC;
        for (int i = 0; i < config.vcpus; i++) {
            VcpuMemory view = memory.view();
            int index = i;
            view.onStray((what, address, size) ->
                    listener.note(
                            "vCPU "
                                    + index
                                    + ": "
                                    + what
                                    + " at guest-physical 0x"
                                    + Long.toHexString(address)
                                    + at(runners.get(index).vcpu)));
            views.add(view);
            host.view(view);
            Vcpu vcpu = config.accelerator.vcpu(i, view, host);
            VcpuRunner runner = new VcpuRunner(this, lock, vcpu);
            runners.add(runner);
            if (apics) {
                board.interrupts.locals.add(new LocalApic(i, board.interrupts.bus, runner, clock));
            } else if (i == 0) {
                board.interrupts.withoutApics(runner);
            }
        }
    }

    private void a20(boolean open) {
        for (VcpuRunner runner : runners) {
            runner.vcpu.a20(open);
        }
    }

    private void powerOn() throws IOException {
        lock.lock();
        try {
            for (Device device : board.devices) {
                device.reset();
            }
            afterReset();
        } finally {
            lock.unlock();
        }
    }

    /** Firmware and whatever else there is to run; with the lock held. */
    private void afterReset() throws IOException {
        board.reloadFirmware();
        for (VcpuRunner runner : runners) {
            runner.vcpu.reset();
            runner.vcpu.a20(true);
            if (type.board() == MachineType.BoardKind.ISAPC) {
                withoutMachineChecks(runner.vcpu);
            }
            host.mapApic(runner.vcpu.index());
            host.injected(runner.vcpu.index(), -1);
            host.clocks(runner.vcpu.index(), 0, 0);
        }
        CpuState first = new CpuState();
        runners.getFirst().vcpu.save(first);
        if (config.boot.prepare(this, first)) {
            runners.getFirst().vcpu.load(first);
        }
    }

    /** A processor of the ISA age has no machine check architecture. */
    private static void withoutMachineChecks(Vcpu vcpu) {
        CpuState cpu = new CpuState();
        vcpu.save(cpu);
        cpu.mcgCap = 0;
        cpu.mcgCtl = 0;
        java.util.Arrays.fill(cpu.mceBanks, 0);
        vcpu.load(cpu);
    }

    // ---- what it is made of ----

    /** The machine's type. */
    public MachineType type() {
        return type;
    }

    /** What it was made of. */
    public MachineConfig config() {
        return config;
    }

    /** Whose way of describing devices it follows. */
    public QemuLine line() {
        return line;
    }

    /** Held whenever devices are called. */
    public MachineLock lock() {
        return lock;
    }

    /** Guest-physical memory. */
    public AddressSpace memory() {
        return memory;
    }

    /** The ports; to be used with the lock held. */
    public PortSpace ports() {
        return ports;
    }

    /** The RAM blocks, in the order of a stream's list. */
    public List<RamBlock> blocks() {
        return board.blocks.all();
    }

    /** The block of that name, or null. */
    public @Nullable RamBlock block(String id) {
        return board.blocks.find(id);
    }

    /** Where main memory is; of a machine that was loaded, by the rule of its type. */
    public RamLayout ram() {
        return board.ram;
    }

    /** Firmware configuration; to be used with the lock held. */
    public FwCfg firmwareConfiguration() {
        return java.util.Objects.requireNonNull(board.fwCfg);
    }

    /** A byte of CMOS memory; to be used with the lock held. */
    public void cmos(int at, int value) {
        java.util.Objects.requireNonNull(board.rtc).cmos(at, value);
    }

    /** The vCPU whose thread this is, in the midst of guest code; null on any other thread. */
    public @Nullable Vcpu currentVcpu() {
        for (VcpuRunner runner : runners) {
            if (runner.isCurrent()) {
                return runner.vcpu;
            }
        }
        return null;
    }

    /** How many vCPUs. */
    public int vcpuCount() {
        return runners.size();
    }

    Board board() {
        return board;
    }

    GuestHost host() {
        return host;
    }

    MachineSections sections() {
        return sections;
    }

    DeviceClock clock() {
        return clock;
    }

    DeviceClock hostClock() {
        return hostClock;
    }

    List<VcpuRunner> runners() {
        return runners;
    }

    // ---- running ----

    /** What it is doing. */
    public RunState runState() {
        lock.lock();
        try {
            return state;
        } finally {
            lock.unlock();
        }
    }

    /** Nanoseconds of guest time; it stands while the machine does. */
    public long virtualTime() {
        lock.lock();
        try {
            return clock.now();
        } finally {
            lock.unlock();
        }
    }

    boolean running() {
        return running;
    }

    boolean closed() {
        return closed;
    }

    void parkedOne() {
        parking.signalAll();
    }

    /** Lets the guest run, from wherever it stands. */
    public void start() {
        operation.lock();
        lock.lock();
        try {
            if (closed || running || end != null || state == RunState.INTERNAL_ERROR) {
                return;
            }
            if (!threadsStarted) {
                threadsStarted = true;
                thread.start();
                for (VcpuRunner runner : runners) {
                    runner.start();
                }
            }
            go();
        } finally {
            lock.unlock();
            operation.unlock();
        }
        listener.runState(RunState.RUNNING);
    }

    /** As {@link #start}. */
    public void resume() {
        start();
    }

    private void go() {
        state = RunState.RUNNING;
        clock.start();
        host.timeChanged();
        running = true;
        for (VcpuRunner runner : runners) {
            runner.nudge();
        }
        changed.signalAll();
    }

    /** Has all vCPUs stand and the clock with them. Returns when they do. */
    public void pause() {
        stop(RunState.PAUSED);
    }

    /** As {@link #pause}, with another reason: for a migration, a snapshot. */
    public void stop(RunState reason) {
        boolean stopped;
        operation.lock();
        lock.lock();
        try {
            stopped = running;
            if (stopped) {
                stand();
            }
            if (stopped || state == RunState.PAUSED || reason == RunState.POSTMIGRATE) {
                state = reason;
            }
        } finally {
            lock.unlock();
            operation.unlock();
        }
        if (stopped) {
            listener.runState(reason);
        }
    }

    /** Stops vCPUs and clock; with both locks held. */
    private void stand() {
        running = false;
        for (VcpuRunner runner : runners) {
            runner.nudge();
        }
        for (VcpuRunner runner : runners) {
            while (!runner.parked()) {
                parking.awaitUninterruptibly();
            }
        }
        clock.stop();
    }

    /** Resets all devices and vCPUs, as a reset button does; memory stays. */
    public void reset() throws IOException {
        operation.lock();
        lock.lock();
        try {
            boolean was = running;
            if (was) {
                stand();
            }
            resetAll();
            if (was || state == RunState.SUSPENDED) {
                go();
            }
        } finally {
            lock.unlock();
            operation.unlock();
        }
        listener.reset();
    }

    private void resetAll() throws IOException {
        for (Device device : board.devices) {
            device.reset();
        }
        for (int i = 0; i < runners.size(); i++) {
            LocalApic apic = board.interrupts.local(i);
            if (apic != null) {
                apic.reset();
            }
        }
        if (config.guest != null) {
            config.guest.reset();
        }
        afterReset();
    }

    /** Presses the power button: ACPI tells the guest. */
    public void powerButton() {
        lock.lock();
        try {
            AcpiChip chip = board.acpi;
            if (chip != null) {
                chip.powerButton();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Wakes a guest that has suspended itself. */
    public void wake() {
        ask(Request.WAKE);
    }

    /** A non-maskable interrupt for every vCPU. */
    public void nmi() {
        lock.lock();
        try {
            for (VcpuRunner runner : runners) {
                runner.raise(CpuRequest.NMI);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the guest has ended its run, or the machine was closed. */
    public MachineEnd awaitEnd() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            MachineEnd found = end;
            while (found == null) {
                parking.await();
                found = end;
            }
            return found;
        } finally {
            lock.unlock();
        }
    }

    /** Why the run is over; null while it is not. */
    public @Nullable MachineEnd end() {
        lock.lock();
        try {
            return end;
        } finally {
            lock.unlock();
        }
    }

    /** What the guest asks for: noted, and done by the machine's thread. */
    private final class GuestRequests implements MachineControl {
        @Override
        public void requestReset() {
            ask(Request.RESET);
        }

        @Override
        public void requestShutdown() {
            ask(Request.SHUTDOWN);
        }

        @Override
        public void requestSuspend() {
            ask(Request.SUSPEND);
        }

        @Override
        public void requestExit(int status) {
            exitStatus = status;
            ask(Request.EXIT);
        }
    }

    private void ask(Request what) {
        lock.lock();
        try {
            if (request == null || what.compareTo(request) > 0) {
                request = what;
            }
            // The vCPU must not go on as if nothing had been asked for.
            running = false;
            for (VcpuRunner runner : runners) {
                runner.nudge();
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void tripleFault(Vcpu vcpu) {
        listener.note("vCPU " + vcpu.index() + ": triple fault" + at(vcpu));
        ask(Request.RESET);
    }

    private static String at(Vcpu vcpu) {
        CpuState where = new CpuState();
        vcpu.save(where);
        return " at RIP 0x"
                + Long.toHexString(where.rip)
                + ", CS base 0x"
                + Long.toHexString(where.segs[1].base);
    }

    void failed(Vcpu vcpu, @Nullable Throwable cause) {
        lock.lock();
        try {
            failure =
                    "vCPU "
                            + vcpu.index()
                            + ": "
                            + (cause == null ? vcpu.failure() : cause + at(vcpu));
            ask(Request.FAIL);
        } finally {
            lock.unlock();
        }
    }

    /** Runs timers when they are due, and does what was asked for. */
    private void machineThread() {
        while (true) {
            lock.lock();
            try {
                while (!closed && request == null) {
                    hostClock.runDue();
                    if (clock.running()) {
                        clock.runDue();
                    }
                    if (request == null && !closed) {
                        await(nextDue());
                    }
                }
                if (closed) {
                    return;
                }
            } finally {
                lock.unlock();
            }
            serve();
        }
    }

    /** Nanoseconds until a timer is due. */
    private long nextDue() {
        long wait = Long.MAX_VALUE;
        if (hostClock.nextDue() != Long.MAX_VALUE) {
            wait = hostClock.nextDue() - hostClock.now();
        }
        if (clock.running() && clock.nextDue() != Long.MAX_VALUE) {
            wait = Math.min(wait, clock.nextDue() - clock.now());
        }
        return wait;
    }

    @SuppressWarnings("WaitNotInLoop") // the caller's loop looks again at everything
    private void await(long ns) {
        try {
            if (ns == Long.MAX_VALUE) {
                changed.await();
            } else if (ns > 0) {
                changed.awaitNanos(ns);
            }
        } catch (InterruptedException e) {
            // Nobody interrupts this thread to end it; close() does that.
            Thread.currentThread().interrupt();
            closed = true;
        }
    }

    /** Does what was asked for, with all vCPUs standing. */
    private void serve() {
        RunState now = null;
        boolean wasReset = false;
        operation.lock();
        lock.lock();
        try {
            Request asked = request;
            request = null;
            if (asked == null || closed) {
                return;
            }
            boolean wasRunning = clock.running();
            stand();
            switch (asked) {
                case RESET -> {
                    if (config.noReboot) {
                        now = RunState.SHUTDOWN;
                        finish(MachineEnd.Cause.RESET, 0, "the guest asked for a reset");
                    } else {
                        resetAll();
                        wasReset = true;
                        if (wasRunning) {
                            go();
                        }
                    }
                }
                case SHUTDOWN -> {
                    now = RunState.SHUTDOWN;
                    finish(MachineEnd.Cause.SHUTDOWN, 0, "the guest has switched itself off");
                }
                case SUSPEND -> now = RunState.SUSPENDED;
                case WAKE -> {
                    if (state == RunState.SUSPENDED) {
                        resetAll();
                        AcpiChip chip = board.acpi;
                        if (chip != null) {
                            chip.woken();
                        }
                        go();
                        now = RunState.RUNNING;
                    } else if (wasRunning) {
                        go();
                    }
                }
                case EXIT -> {
                    now = RunState.SHUTDOWN;
                    finish(
                            MachineEnd.Cause.DEBUG_EXIT,
                            exitStatus,
                            "the guest ended the run with status " + exitStatus);
                }
                case FAIL -> {
                    now = RunState.INTERNAL_ERROR;
                    finish(MachineEnd.Cause.FAILED, 1, failure);
                }
            }
            if (now != null) {
                state = now;
            }
        } catch (IOException | RuntimeException e) {
            now = RunState.INTERNAL_ERROR;
            state = now;
            finish(MachineEnd.Cause.FAILED, 1, "the machine cannot go on: " + e);
        } finally {
            lock.unlock();
            operation.unlock();
        }
        if (wasReset) {
            listener.reset();
        }
        if (now != null) {
            listener.runState(now);
        }
        MachineEnd over = end();
        if (over != null) {
            listener.ended(over);
        }
    }

    private void finish(MachineEnd.Cause cause, int status, String message) {
        if (end == null
                && !(config.noShutdown
                        && (cause == MachineEnd.Cause.SHUTDOWN
                                || cause == MachineEnd.Cause.RESET))) {
            end = new MachineEnd(cause, status, message);
            parking.signalAll();
        }
    }

    // ---- state ----

    /** What a loaded machine was doing at its source; of a fresh one {@code prelaunch}. */
    public RunState savedState() {
        return sections.savedState();
    }

    /** Names of devices that came with a saved VM and have no model here. */
    public List<String> carriedDevices() {
        return sections.carried();
    }

    /**
     * A vCPU's state. The machine stands.
     *
     * @throws IllegalStateException if it does not
     */
    public CpuState cpu(int index) {
        lock.lock();
        try {
            requireStanding();
            CpuState copy = new CpuState();
            runners.get(index).vcpu.save(copy);
            return copy;
        } finally {
            lock.unlock();
        }
    }

    /** Sets a vCPU's state. The machine stands. */
    public void cpu(int index, CpuState to) {
        lock.lock();
        try {
            requireStanding();
            runners.get(index).vcpu.load(to);
        } finally {
            lock.unlock();
        }
    }

    private void requireStanding() {
        for (VcpuRunner runner : runners) {
            if (running || !runner.parked()) {
                throw new IllegalStateException("the machine runs");
            }
        }
    }

    /**
     * All devices' state in the order in which QEMU writes it, vCPUs and clocks among them. The
     * machine stands.
     */
    public List<DeviceSection> saveDevices() throws IOException {
        return saveDevices(runState());
    }

    /**
     * As the other one.
     *
     * @param doing what the destination is told that the machine was doing
     */
    public List<DeviceSection> saveDevices(RunState doing) throws IOException {
        lock.lock();
        try {
            requireStanding();
            return sections.save(this, doing);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Writes the whole machine as a stream that QEMU loads. The machine stands.
     *
     * @param doing what the destination is told that the machine was doing
     */
    public void writeStream(WireOutput out, RunState doing) throws IOException {
        MachineStream.write(this, saveDevices(doing), out);
    }

    /** How a stream of this machine is framed. */
    StreamShape shape() {
        return shape;
    }

    void shape(StreamShape now) {
        shape = now;
    }

    /** Takes note of what a loaded machine was doing. */
    void loadedState(RunState now) {
        state = now;
    }

    @Override
    public void close() {
        operation.lock();
        lock.lock();
        try {
            if (closed) {
                return;
            }
            running = false;
            closed = true;
            for (VcpuRunner runner : runners) {
                runner.nudge();
            }
            changed.signalAll();
            if (end == null) {
                end = new MachineEnd(MachineEnd.Cause.CLOSED, 0, "the machine was closed");
            }
            parking.signalAll();
        } finally {
            lock.unlock();
            operation.unlock();
        }
        try {
            awaitThreads();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (VcpuRunner runner : runners) {
            runner.vcpu.close();
        }
        config.accelerator.close();
        try {
            board.close();
        } catch (IOException e) {
            listener.note("closing the machine: " + e.getMessage());
        }
    }

    private void awaitThreads() throws InterruptedException {
        if (!threadsStarted) {
            return;
        }
        for (VcpuRunner runner : runners) {
            runner.join();
        }
        if (Thread.currentThread() != thread) {
            thread.join(TimeUnit.SECONDS.toMillis(10));
        }
    }
}
