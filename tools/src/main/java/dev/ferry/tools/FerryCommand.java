package dev.ferry.tools;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ferry} itself: everything is in the verbs. */
@Command(
        name = "ferry",
        mixinStandardHelpOptions = true,
        version = "ferry " + Version.NUMBER,
        description = "Reads, checks and converts QEMU migration streams.",
        synopsisSubcommandLabel = "VERB")
final class FerryCommand implements Runnable {

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a verb is missing");
    }
}
