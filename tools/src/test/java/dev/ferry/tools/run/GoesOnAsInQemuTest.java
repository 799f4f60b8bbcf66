package dev.ferry.tools.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.Fixtures;
import dev.ferry.testdata.qemu.FixtureMachine;
import dev.ferry.testdata.qemu.Incoming;
import dev.ferry.testdata.qemu.MigrationSettings;
import dev.ferry.testdata.qemu.QemuPeer;
import dev.ferry.testdata.qemu.QemuProcess;
import dev.ferry.testdata.qemu.QemuRelease;
import dev.ferry.testdata.qemu.RamBlock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The same saved guest goes on in QEMU and here, for the same letters. Where the two are stopped is
 * a few passes apart, so what the guest changes is compared with its algorithm on both sides, and
 * all other memory with each other.
 */
class GoesOnAsInQemuTest {

    private static final int LETTERS = 5;
    private static final int PAGE = 4096;

    @TempDir Path directory;

    @ParameterizedTest
    @CsvSource({
        "precopy-paused-q7, V7_2, pc.ram",
        "precopy-dirty-q10, V10_0, pc.ram",
        "microvm-q10, V10_0, microvm.ram",
        "isapc-q7, V7_2, pc.ram"
    })
    @Timeout(180)
    void memoryIsThatOfQemuAfterTheSameLetters(String name, QemuRelease release, String block)
            throws IOException {
        Fixture fixture = Fixtures.named(name);
        FixtureMachine machine = FixtureMachine.of(fixture);
        char next = machine.nextLetter().orElseThrow();
        QemuPeer peer = QemuPeer.require(release);
        CaptureGuestModel model = new CaptureGuestModel(fixture, 1);
        Path ours = Files.createDirectory(directory.resolve("ours"));
        Path stream = directory.resolve("stream");
        Files.copy(fixture.unpack(ours).get(fixture.main()), stream);
        try (QemuProcess qemu = machine.startDestination(peer, directory.resolve("qemu"));
                RunningGuest guest = RunningGuest.of(fixture, ours)) {
            Incoming.pipe(stream).load(qemu, MigrationSettings.PLAIN);
            qemu.resume();
            String letters = FixtureMachine.alphabet(next, LETTERS);
            assertEquals(letters, qemu.serial().awaitFirst(LETTERS));
            qemu.stop();
            guest.start();
            assertEquals(letters, guest.awaitSerial(LETTERS));
            guest.machine().pause();

            RamBlock theirs =
                    qemu.memory().blocks().stream()
                            .filter(each -> each.idstr().equals(block))
                            .findFirst()
                            .orElseThrow();
            long bytes = guest.mainMemory();
            assertEquals(bytes, theirs.used());
            byte[] there = qemu.memory().read(theirs, 0, Math.toIntExact(bytes));
            assertEquals(
                    List.of(),
                    model.differences(
                            (gpa, length) ->
                                    java.util.Arrays.copyOfRange(
                                            there, (int) gpa, (int) gpa + length),
                            bytes),
                    "in QEMU");
            assertEquals(List.of(), model.differences(guest::read, bytes), "here");
            for (int page = 0; page < bytes; page += PAGE) {
                if (!model.changes(page)) {
                    byte[] expected = java.util.Arrays.copyOfRange(there, page, page + PAGE);
                    assertEquals(
                            -1,
                            java.util.Arrays.mismatch(expected, guest.read(page, PAGE)),
                            "page 0x" + Integer.toHexString(page));
                }
            }
        }
    }
}
