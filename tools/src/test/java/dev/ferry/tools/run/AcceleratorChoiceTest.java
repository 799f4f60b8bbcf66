package dev.ferry.tools.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ferry.tools.ExitCode;
import dev.ferry.tools.cli.Console;
import dev.ferry.tools.cli.Terminal;
import dev.ferry.vmm.cpu.Accelerator;
import dev.ferry.vmm.cpu.Vcpu;
import dev.ferry.vmm.cpu.VcpuHost;
import dev.ferry.vmm.memory.PhysicalMemory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AcceleratorChoiceTest {

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final PrintStream err = new PrintStream(said, true, StandardCharsets.UTF_8);
    private final AcceleratorChoice choice =
            new AcceleratorChoice(
                    Map.of(
                            "tcg",
                            () -> new Named("tcg"),
                            "kvm",
                            () -> {
                                throw new IOException(
                                        "Could not access KVM kernel module: No such file or"
                                                + " directory");
                            }),
                    new Talk(new Console(InputStream.nullInputStream(), err, err, Terminal.NONE)));

    private record Named(String name) implements Accelerator {
        @Override
        public Vcpu vcpu(int index, PhysicalMemory memory, VcpuHost host) {
            throw new AssertionError("no machine is made");
        }

        @Override
        public void close() {}
    }

    private String choose(String... words) {
        return choice.choose(new LaunchReader().read(words).accels).name();
    }

    @Test
    void interpreterIsTakenUnlessSomethingElseIsAskedFor() {
        assertEquals("tcg", choose("-S"));
        assertEquals("", said.toString(StandardCharsets.UTF_8));
    }

    @Test
    void firstThatWorksIsTakenAndOneLineSaysSo() {
        assertEquals("tcg", choose("-S", "-accel", "kvm", "-accel", "tcg", "-accel", "bogus"));
        assertEquals(
                "ferry run: -accel kvm: Could not access KVM kernel module: No such file or"
                        + " directory; falling back to tcg\n",
                said.toString(StandardCharsets.UTF_8));
    }

    @Test
    void machinesHaveTheOlderWayOfSayingIt() {
        assertEquals("tcg", choose("-S", "-machine", "pc,accel=kvm:tcg"));
    }

    @Test
    void nothingElseIsTakenUnlessAskedFor() {
        LaunchException e =
                assertThrows(LaunchException.class, () -> choose("-S", "-accel", "kvm"));
        assertEquals(
                "-accel kvm: Could not access KVM kernel module: No such file or directory",
                e.getMessage());
        assertEquals(ExitCode.IO, e.code());
        assertEquals("", said.toString(StandardCharsets.UTF_8));
    }

    @Test
    void unknownOnesMatterWhenTheyAreReached() {
        LaunchException e =
                assertThrows(LaunchException.class, () -> choose("-S", "-accel", "bogus"));
        assertEquals("-accel bogus: invalid accelerator bogus", e.getMessage());
        assertEquals(ExitCode.USAGE, e.code());
    }
}
