package dev.ferry.tools.inspect;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VersionEvidenceTest {

    @Test
    void tightestBoundsCount() {
        VersionEvidence evidence = new VersionEvidence();
        evidence.atLeast(7, 2, "a");
        evidence.atLeast(8, 1, "b");
        evidence.atMost(9, 0, "c");
        evidence.atMost(10, 0, "d");
        assertEquals("8.1 to 9.0", evidence.range());
        assertEquals("b; c", evidence.why());
    }

    @Test
    void contradictionIsSaid() {
        VersionEvidence evidence = new VersionEvidence();
        evidence.atLeast(10, 0, "a");
        evidence.atMost(9, 2, "b");
        assertEquals("contradictory: 10.0 or later and 9.2 or earlier", evidence.range());
    }

    @ParameterizedTest
    @CsvSource(
            value = {
                "pc-q35-9.2, 9.2 or later",
                "s390-ccw-virtio-10.0, 10.0 or later",
                "pc-i440fx-rhel7.6.0, ''",
                "microvm, ''",
                "'', ''",
                "pc-, ''",
                "x-1., ''",
                "x-.1, ''",
                "x-99999.1, ''"
            })
    void machineTypesTellTheirVersion(String machine, String range) {
        VersionEvidence evidence = new VersionEvidence();
        evidence.machine(machine);
        assertEquals(range, evidence.range());
    }
}
