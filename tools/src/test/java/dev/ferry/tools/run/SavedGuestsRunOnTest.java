package dev.ferry.tools.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.Fixtures;
import dev.ferry.testdata.RamBlockTruth;
import dev.ferry.testdata.qemu.FixtureMachine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every capture of an x86 guest that had run goes on here: the alphabet where it stopped, and
 * memory as the guest's algorithm has it.
 */
class SavedGuestsRunOnTest {

    private static final int LETTERS = 3;

    @TempDir Path directory;

    static List<Fixture> captures() {
        return Fixtures.where(fixture ->
                fixture.target().equals("x86_64")
                        && FixtureMachine.of(fixture).nextLetter().isPresent());
    }

    @ParameterizedTest
    @MethodSource("captures")
    @Timeout(120)
    void guestGoesOnAsItsAlgorithmHasIt(Fixture fixture) throws IOException {
        char next = FixtureMachine.of(fixture).nextLetter().orElseThrow();
        try (RunningGuest guest = RunningGuest.of(fixture, directory)) {
            CaptureGuestModel model = new CaptureGuestModel(fixture, guest.machine().vcpuCount());
            long ram = guest.mainMemory();
            assertTrue(ram >= 1 << 20, "RAM");
            assertEquals(List.of(), model.differences(guest::read, ram), "when it was saved");
            assertEquals(next, model.nextLetter(guest::read));
            long before = model.passes(guest::read);
            guest.start();
            assertEquals(FixtureMachine.alphabet(next, LETTERS), guest.awaitSerial(LETTERS));
            guest.machine().pause();
            long after = model.passes(guest::read);
            assertEquals(List.of(), model.differences(guest::read, ram), "after " + after);
            int letters = LETTERS + guest.moreSerial().length();
            char following = FixtureMachine.alphabet(next, letters + 1).charAt(letters);
            assertTrue(
                    model.isNext(following, after),
                    () -> following + " is next, passes " + before + " to " + after);
            for (RamBlockTruth truth : fixture.ramBlocks()) {
                if (!guest.isMainMemory(truth.idstr())) {
                    assertEquals(truth.sha256(), guest.sha256(truth.idstr()), truth.idstr());
                }
            }
        }
    }
}
