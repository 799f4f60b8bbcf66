package dev.ferry.tools.run;

import dev.ferry.tools.ExitCode;
import dev.ferry.tools.Version;
import dev.ferry.tools.cli.Console;
import dev.ferry.tools.cli.ForeignVerb;
import dev.ferry.tools.cli.Spec;
import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;

/** {@code ferry run}: a virtual machine. */
public final class RunVerb implements ForeignVerb {

    /** The release whose behaviour is followed. */
    private static final String QEMU = "10.0.2";

    public RunVerb() {}

    @Override
    public CommandSpec spec() {
        Spec spec =
                Spec.of("run", "Runs a guest, from firmware, a kernel, a disk or a saved state.")
                        .manyOptions();
        for (LaunchOption option : LaunchOption.values()) {
            String help = option.help();
            String label = option.label();
            if (help == null) {
                continue;
            }
            if (label == null) {
                spec.flag(option.helpNames(), help);
            } else {
                spec.repeated(option.helpNames(), label, help);
            }
        }
        return spec.examples(
                        "ferry run --from vm.save -serial stdio",
                        "ferry run --from main.bin --channel ch1.bin --channel ch2.bin -serial file:log",
                        "ferry run -machine q35 -m 256M -kernel kernel.elf -append 'console=ttyS0' -serial stdio",
                        "ferry run disk.img -nographic",
                        "ferry run -accel kvm -accel tcg -bios firmware.bin -serial unix:/tmp/s,server=on",
                        "",
                        "One dash or two, as with QEMU. The exit status is 0 after the guest has shut down and",
                        "after SIGTERM, SIGINT or SIGHUP, and what a guest wrote to isa-debug-exit, times 2 plus 1.")
                .build();
    }

    @Override
    public int run(String[] args, Console console) throws IOException {
        LaunchReader reader = new LaunchReader();
        Talk talk = new Talk(console);
        try {
            LaunchConfig config = reader.read(args);
            talk.timestamps(config.timestamps);
            switch (reader.request()) {
                case HELP -> {
                    return HELP;
                }
                case VERSION -> {
                    console.out()
                            .println(
                                    "QEMU emulator version "
                                            + QEMU
                                            + " (ferry "
                                            + Version.NUMBER
                                            + ")");
                    console.out().println("Copyright (c) the Ferry authors; no part of QEMU");
                }
                case MACHINE_LIST -> MachineList.print(console.out());
                case CPU_LIST -> MachineList.printCpus(console.out());
                case ACCEL_LIST -> MachineList.printAccels(console.out());
                case MACHINE -> {
                    return RunSession.run(config, console, talk);
                }
            }
            return ExitCode.OK.code();
        } catch (LaunchException e) {
            talk.say(String.valueOf(e.getMessage()));
            if (reader.debug()) {
                e.printStackTrace(console.err());
            }
            return e.code().code();
        }
    }
}
