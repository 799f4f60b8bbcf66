package dev.ferry.tools.run;

import dev.ferry.stream.StreamException;
import dev.ferry.tools.ExitCode;
import dev.ferry.tools.cli.Console;
import dev.ferry.tools.cli.Failure;
import dev.ferry.tools.cli.Quantity;
import dev.ferry.tools.run.LaunchConfig.CharBackend;
import dev.ferry.tools.run.LaunchConfig.Given;
import dev.ferry.vmm.machine.Machine;
import dev.ferry.vmm.machine.MachineEnd;
import dev.ferry.vmm.machine.MachineListener;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** One run: from what the command line asks for to an exit status. */
final class RunSession implements AutoCloseable {

    private final LaunchConfig config;
    private final Console console;
    private final Talk talk;
    private final OpenChardevs chardevs = new OpenChardevs();
    private final BootFiles boot;
    private final MachineMaker maker;
    private @Nullable Machine machine;
    private @Nullable PidFile pidFile;
    private final AtomicBoolean ending = new AtomicBoolean();
    private boolean running = true;

    RunSession(LaunchConfig config, Console console, Talk talk) {
        this.config = config;
        this.console = console;
        this.talk = talk;
        this.boot = new BootFiles(config);
        this.maker = new MachineMaker(config, chardevs, boot, talk, listener(talk));
    }

    /** Runs to the guest's end. */
    static int run(LaunchConfig config, Console console, Talk talk) throws IOException {
        RunSession session = new RunSession(config, console, talk);
        try (session;
                Signals _ = Signals.take(session::signalled)) {
            session.make();
            session.start();
            return session.await();
        }
    }

    /** Ends the process, whatever it is doing. Of several signals the first counts. */
    private void signalled(int number) {
        if (ending.getAndSet(true)) {
            return;
        }
        talk.say("terminating on signal " + number);
        leave();
        Runtime.getRuntime().halt(ExitCode.OK.code());
    }

    /** Makes the machine and gives it its state. */
    Machine make() throws IOException {
        for (String note : config.notes) {
            talk.say(note);
        }
        for (Map.Entry<String, CharBackend> each : config.chardevs.entrySet()) {
            chardevs.open(each.getKey(), each.getValue(), console.err());
        }
        if (config.pidFile != null) {
            pidFile = PidFile.write(config.pidFile);
        }
        if (config.from == null && config.incoming == null) {
            machine = maker.fresh();
            return machine;
        }
        try (SavedGuest saved = saved()) {
            Machine made = maker.of(saved);
            machine = made;
            running = config.from != null || saved.running();
            tell(saved);
            return made;
        } catch (StreamException e) {
            if (config.incoming == null) {
                throw e;
            }
            throw new LaunchException(
                    "load of migration failed: " + Failure.message(e), ExitCode.of(e));
        }
    }

    private SavedGuest saved() throws IOException {
        Given incoming = config.incoming;
        if (incoming != null) {
            return SavedGuest.incoming(incoming, console);
        }
        if (config.from == null) {
            throw new IllegalStateException("nothing saved");
        }
        return SavedGuest.read(config.from, console);
    }

    private void tell(SavedGuest saved) {
        if (saved.unsent() > 0) {
            talk.say(
                    Quantity.count(saved.unsent(), "page")
                            + " never came; the guest has zeros there");
        }
        if (saved.sev()) {
            talk.say(
                    "an SEV guest, opened with the key: its memory is in clear here, and what relies"
                            + " on SEV does not go on");
        }
        if (!running) {
            talk.say("the guest was paused when it was saved, and stays so");
        }
    }

    private static MachineListener listener(Talk talk) {
        return new MachineListener() {
            @Override
            public void note(String message) {
                talk.say(message);
            }
        };
    }

    /** Lets the guest run, if it is to. */
    void start() {
        if (machine != null && running && !config.stopped) {
            machine.start();
        }
    }

    private int await() {
        if (machine == null) {
            throw new IllegalStateException("no machine");
        }
        MachineEnd end;
        try {
            end = machine.awaitEnd();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ExitCode.OK.code();
        }
        if (end.cause() == MachineEnd.Cause.FAILED) {
            talk.say(end.message());
            return ExitCode.UNSUPPORTED.code();
        }
        return end.status() & 0xff;
    }

    /** Ends the lines to the outside; what was written gets out. */
    void closeChardevs() {
        chardevs.close();
    }

    /** What others see of the process goes away: sockets, the terminal's mode, the pid file. */
    private void leave() {
        chardevs.close();
        if (pidFile != null) {
            pidFile.close();
        }
    }

    @Override
    public void close() throws IOException {
        if (machine != null) {
            machine.close();
        }
        maker.close();
        leave();
        boot.close();
    }
}
