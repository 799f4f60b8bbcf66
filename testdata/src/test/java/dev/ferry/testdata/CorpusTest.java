package dev.ferry.testdata;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ferry.testdata.junit.FixtureSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/** The corpus is whole, and its files are what its metadata says. */
class CorpusTest {
    private static final Path DIRECTORY = Path.of("fixtures", "qemu");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    @Test
    void indexEqualsDirectory() throws IOException {
        List<String> index = Files.readAllLines(DIRECTORY.resolve("index.txt"));
        try (Stream<Path> files = Files.list(DIRECTORY)) {
            List<String> present =
                    files.map(file -> file.getFileName().toString())
                            .filter(file -> !file.equals("index.txt"))
                            .sorted()
                            .toList();
            assertEquals(present, index);
        }
        assertEquals(index, Corpus.index(Corpus.QEMU));
    }

    @Test
    void corpusHasEveryCapture() {
        assertEquals(89, Fixtures.all().size());
    }

    @Test
    void everyIndexedFileBelongsToACapture() {
        Set<String> expected = new TreeSet<>();
        for (Fixture fixture : Fixtures.all()) {
            String name = fixture.name();
            expected.add(name + ".json");
            if (fixture.analysis().desc().isPresent()) {
                expected.add(name + ".analyze.json.xz");
            }
            if (!fixture.events().isEmpty()) {
                expected.add(name + ".events.json.xz");
            }
            fixture.files().forEach(file -> expected.add(file.file()));
        }
        assertEquals(expected, new TreeSet<>(Corpus.index(Corpus.QEMU)));
    }

    @ParameterizedTest
    @FixtureSource
    void filesHaveTheirSizeAndDigest(Fixture fixture) throws Exception {
        for (FixtureFile file : fixture.files()) {
            MessageDigest sha256 = sha256();
            long bytes;
            try (InputStream in = new DigestInputStream(file.open(), sha256)) {
                bytes = in.transferTo(OutputStream.nullOutputStream());
            }
            assertEquals(file.bytes(), bytes, file.file());
            assertEquals(file.sha256(), hex(sha256), file.file());
        }
    }

    @ParameterizedTest
    @FixtureSource
    void compressedFilesHaveTheirSize(Fixture fixture) throws IOException {
        for (JsonNode file : fixture.metadata().required("files")) {
            assertEquals(
                    file.required("xz_bytes").longValue(),
                    Files.size(DIRECTORY.resolve(file.required("file").asText())));
        }
    }

    @ParameterizedTest
    @FixtureSource
    void metadataIsComplete(Fixture fixture) {
        assertEquals(fixture.name(), fixture.metadata().required("name").asText());
        assertFalse(fixture.features().isBlank());
        assertTrue(
                fixture.name().endsWith(fixture.qemuVersion().startsWith("7.2.") ? "-q7" : "-q10"),
                fixture.qemuVersion());
        assertEquals(1, Integer.bitCount(fixture.targetPageSize()));
        assertFalse(fixture.ramBlocks().isEmpty());
    }

    @ParameterizedTest
    @FixtureSource
    void ramBlocksHaveNamesSizesAndDigests(Fixture fixture) {
        Set<String> names = new TreeSet<>();
        for (RamBlockTruth block : fixture.ramBlocks()) {
            assertAll(
                    block.idstr(),
                    () -> assertTrue(names.add(block.idstr()), "name is not unique"),
                    () -> assertTrue(block.used() > 0),
                    () -> assertTrue(block.max().orElse(block.used()) >= block.used()),
                    () -> assertTrue(SHA256.matcher(block.sha256()).matches(), block::sha256));
            if (block.zero4kPages().isPresent()) {
                assertEquals(
                        (block.used() + 4095) / 4096,
                        block.zero4kPages().getAsLong() + block.nonzero4kPages().orElseThrow(),
                        block.idstr());
            }
        }
    }

    @ParameterizedTest
    @FixtureSource
    void onlyAcpiBlocksOf72UnderLibvirtAreNotQemusWord(Fixture fixture) {
        boolean unaddressed =
                fixture.kind() == CaptureKind.LIBVIRT_SAVE
                        && fixture.qemuVersion().startsWith("7.2.");
        for (RamBlockTruth block : fixture.ramBlocks()) {
            assertFalse(block.how().isBlank());
            boolean acpi = block.idstr().startsWith("/rom@etc/");
            assertEquals(!(unaddressed && acpi), block.fromQemu(), block.idstr());
        }
    }

    @ParameterizedTest
    @FixtureSource
    void analysisIsThereExactlyWhereTheScriptSucceeded(Fixture fixture) {
        Analysis analysis = fixture.analysis();
        assertEquals(analysis.stateOutcome().equals("ok"), analysis.state().isPresent());
        assertEquals(analysis.descOutcome().equals("ok"), analysis.desc().isPresent());
    }

    @ParameterizedTest
    @FixtureSource(kind = {CaptureKind.TCP, CaptureKind.FILE})
    void channelsAreNumberedInConnectOrder(Fixture fixture) {
        Channels channels = fixture.channels();
        assertEquals(fixture.main(), channels.main());
        for (int channel = 0; channel < channels.forward().size(); channel++) {
            assertEquals(channel, channels.forward().get(channel).channel());
        }
        for (FixtureFile reverse : channels.reverse()) {
            assertEquals(reverse, channels.reverseOf(reverse.channel()).orElseThrow());
        }
    }

    @Test
    void recordedEventsAddUpToTheFiles() {
        List<Fixture> recorded = Fixtures.where(fixture -> !fixture.events().isEmpty());
        assertEquals(21, recorded.size());
        for (Fixture fixture : recorded) {
            Channels channels = fixture.channels();
            for (FixtureFile file : channels.forward()) {
                assertEquals(
                        file.bytes(), sum(fixture, file, ChannelEvent.Type.FORWARD), file.file());
            }
            for (FixtureFile file : channels.reverse()) {
                assertEquals(
                        file.bytes(), sum(fixture, file, ChannelEvent.Type.REVERSE), file.file());
            }
        }
    }

    @Test
    void capturesAreOfEveryKind() {
        assertEquals(
                "{FILE=6, LIBVIRT_SAVE=9, QCOW2_SNAPSHOT=2, TCP=72}",
                Fixtures.all().stream()
                        .collect(
                                Collectors.groupingBy(
                                        fixture -> fixture.kind().name(),
                                        TreeMap::new,
                                        Collectors.counting()))
                        .toString());
    }

    private static long sum(Fixture fixture, FixtureFile file, ChannelEvent.Type type) {
        return fixture.events().stream()
                .filter(event -> event.channel() == file.channel() && event.type() == type)
                .mapToLong(ChannelEvent::bytes)
                .sum();
    }

    private static MessageDigest sha256() throws NoSuchAlgorithmException {
        return MessageDigest.getInstance("SHA-256");
    }

    private static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }
}
