package dev.ferry.vmm.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ferry.stream.convert.SavedVm;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.junit.FixtureSource;
import dev.ferry.testdata.qemu.FixtureMachine;
import dev.ferry.vmm.cpu.x86.CpuModel;
import dev.ferry.vmm.cpu.x86.Interpreter;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;

/** Guests that ran in QEMU run on in our machine from the very instruction. */
final class AlphabetTest {

    private static final int LETTERS = 3;

    @ParameterizedTest
    @FixtureSource(
            target = "x86_64",
            exclude = {"ignore-shared-*", "none-*"})
    void theAlphabetGoesOn(Fixture fixture) throws IOException, InterruptedException {
        char next = FixtureMachine.of(fixture).nextLetter().orElse('\0');
        if (next == '\0') {
            return;
        }
        try (SavedVm vm = SavedFixtures.open(fixture)) {
            RecordingChardev serial = new RecordingChardev();
            MachineConfig config = new MachineConfig(new Interpreter(CpuModel.qemu64(), null));
            config.serials.add(serial);
            try (Machine machine = Machine.load(vm, config)) {
                machine.start();
                assertEquals(
                        FixtureMachine.alphabet(next, LETTERS), serial.await(LETTERS, machine));
            }
        }
    }
}
