package dev.ferry.vmm.oracle;

import static org.junit.jupiter.api.Assertions.fail;

import dev.ferry.testdata.qemu.QemuPeer;
import dev.ferry.testdata.qemu.QemuRelease;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The interpreter does what QEMU's translator does. {@code -Dferry.oracle.seed=N} takes other
 * sequences, {@code -Dferry.oracle.count=N} more or fewer.
 */
class OracleTest {

    private static final long SEED = Long.getLong("ferry.oracle.seed", 1);
    private static final int FEW = Integer.getInteger("ferry.oracle.count", 500);
    private static final int MANY = Integer.getInteger("ferry.oracle.count", 12_500);
    private static final int BATCH = 1000;
    private static final int REPORTS = 5;

    @TempDir Path directory;

    @ParameterizedTest
    @EnumSource
    void randomSequencesDoWhatTheyDoInQemu(Mode mode) throws IOException {
        compare(mode, FEW);
    }

    @Tag("full")
    @ParameterizedTest
    @EnumSource
    void manyRandomSequencesDoWhatTheyDoInQemu(Mode mode) throws IOException {
        compare(mode, MANY);
    }

    private void compare(Mode mode, int count) throws IOException {
        Oracle oracle = new Oracle(QemuPeer.require(QemuRelease.V7_2), directory);
        List<String> reports = new ArrayList<>();
        for (int done = 0; done < count && reports.size() < REPORTS; done += BATCH) {
            reports.addAll(
                    oracle.differences(
                            mode,
                            SEED + done,
                            Math.min(BATCH, count - done),
                            REPORTS - reports.size()));
        }
        if (oracle.skipped().size() > count / 100 + 1) {
            fail(mode + ", QEMU did not survive seeds " + oracle.skipped());
        }
        if (!reports.isEmpty()) {
            fail(
                    mode
                            + ", seed "
                            + SEED
                            + ": QEMU and the interpreter differ\n"
                            + String.join("\n", reports));
        }
    }
}
