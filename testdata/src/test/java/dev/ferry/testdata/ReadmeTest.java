package dev.ferry.testdata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.testdata.junit.FixtureSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The README says what is so. */
class ReadmeTest {
    private static final Path README = Path.of("README.md");
    private static final Path EXAMPLES = Path.of("src/test/java/com/example");

    @ParameterizedTest
    @ValueSource(strings = {"MachineNameTest.java", "UpgradeTest.java"})
    void exampleIsTheOneThatIsTested(String example) throws IOException {
        String readme = Files.readString(README);
        String tested = Files.readString(EXAMPLES.resolve(example));
        assertTrue(readme.contains("```java\n" + tested + "```\n"));
    }

    @ParameterizedTest
    @FixtureSource
    void rowAgreesWithTheMetadata(Fixture fixture) throws IOException {
        List<List<String>> rows =
                rows().filter(row -> row.getFirst().equals(fixture.name())).toList();
        assertEquals(1, rows.size());
        String kind =
                switch (fixture.kind()) {
                    case TCP -> "tcp";
                    case FILE -> "file";
                    case LIBVIRT_SAVE -> "save image";
                    case QCOW2_SNAPSHOT -> "qcow2";
                };
        long channels =
                fixture.files().stream()
                        .filter(file -> file.kind() == FileKind.FORWARD_CHANNEL)
                        .count();
        assertEquals(
                List.of(
                        fixture.name(),
                        fixture.qemuVersion(),
                        fixture.target(),
                        fixture.features(),
                        kind,
                        String.valueOf(Math.max(1, channels))),
                rows.getFirst().subList(0, 6));
    }

    @Test
    void tableHasNoOtherRows() throws IOException {
        assertEquals(
                Fixtures.all().stream().map(Fixture::name).toList(),
                rows().map(List::getFirst).toList());
    }

    /** The cells of the table of captures, whose first column ends in the QEMU line. */
    private static Stream<List<String>> rows() throws IOException {
        return Files.readAllLines(README).stream()
                .filter(line -> line.matches("\\| [a-z0-9.-]+-q(7|10) \\|.*"))
                .map(line -> List.of(line.substring(2, line.length() - 2).split(" \\| ")));
    }
}
