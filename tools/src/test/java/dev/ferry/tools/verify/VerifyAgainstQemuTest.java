package dev.ferry.tools.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.junit.FixtureSource;
import dev.ferry.testdata.qemu.FixtureMachine;
import dev.ferry.testdata.qemu.QemuPeer;
import dev.ferry.testdata.qemu.QemuRelease;
import dev.ferry.tools.Ferry;
import dev.ferry.tools.FixtureFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What each QEMU dumps, against each capture: where that QEMU loads the capture, nothing is found.
 */
class VerifyAgainstQemuTest {

    @TempDir static Path shared;

    private static VmStateDumps dumps;

    @TempDir Path directory;

    @BeforeAll
    static void prepare() {
        dumps = new VmStateDumps(shared);
    }

    @ParameterizedTest
    @FixtureSource(target = "x86_64")
    void whatQemuLoadsHasNoFindings(Fixture fixture) throws Exception {
        for (QemuRelease release : FixtureMachine.of(fixture).releases()) {
            QemuPeer peer = QemuPeer.require(release);
            Path dump = dumps.of(peer, machine(fixture));
            JsonNode json = verify(fixture, dump);
            for (JsonNode finding : json.required("findings")) {
                // What is odd about the capture itself is another test's business.
                boolean odd = finding.required("severity").asText().equals("warning");
                assertTrue(
                        odd && !finding.required("message").asText().contains("destination"),
                        () -> release + ": " + finding);
            }
            assertTrue(json.required("against").required("compared").asInt() > 0 || bare(fixture));
        }
    }

    @ParameterizedTest
    @EnumSource(QemuRelease.class)
    void otherMachinesDumpIsNoticed(QemuRelease release) throws Exception {
        QemuPeer peer = QemuPeer.require(release);
        Fixture fixture = dev.ferry.testdata.Fixtures.named("precopy-paused-q7");
        JsonNode json = verify(fixture, dumps.of(peer, "pc-q35-7.2"));
        assertEquals(1, json.required("errors").asInt(), json::toString);
        assertEquals(
                "machine: 'pc-i440fx-7.2' here, 'pc-q35-7.2' in the destination",
                json.required("findings").get(0).required("message").asText());
        assertFalse(json.required("against").required("untold").isEmpty());
    }

    /** Machine "none" has no device. */
    private static boolean bare(Fixture fixture) {
        return fixture.name().startsWith("none-");
    }

    private JsonNode verify(Fixture fixture, Path dump) throws IOException {
        Ferry.Result result =
                Ferry.run(
                        FixtureFiles.command(
                                fixture,
                                directory,
                                List.of("verify"),
                                "--json",
                                "--against",
                                dump.toString()));
        return new ObjectMapper().readTree(result.bytes());
    }

    /** The machine type as the stream tells it, or as the command line has it. */
    private String machine(Fixture fixture) throws IOException {
        Ferry.Result result =
                Ferry.run(FixtureFiles.command(fixture, directory, List.of("inspect"), "--json"));
        JsonNode machine =
                new ObjectMapper().readTree(result.bytes()).required("stream").required("machine");
        if (!machine.isNull()) {
            return machine.asText();
        }
        List<String> options = FixtureMachine.of(fixture).options();
        for (int i = 0; i < options.size() - 1; i++) {
            if (options.get(i).equals("-machine") || options.get(i).equals("-M")) {
                return options.get(i + 1).replaceFirst(",.*", "");
            }
        }
        throw new AssertionError("no machine in " + options);
    }
}
