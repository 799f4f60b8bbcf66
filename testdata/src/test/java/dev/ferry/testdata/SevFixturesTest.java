package dev.ferry.testdata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The captures of SEV guests are what their metadata says. */
class SevFixturesTest {

    static List<SevFixture> all() {
        return SevFixtures.all();
    }

    @Test
    void indexListsEveryFile() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("fixtures/sev"))) {
            assertEquals(
                    files.map(file -> file.getFileName().toString())
                            .filter(file -> !file.equals("index.txt"))
                            .sorted()
                            .toList(),
                    Corpus.index(Corpus.SEV));
        }
        assertEquals(9, all().size());
    }

    @ParameterizedTest
    @MethodSource("all")
    void streamHasItsDigest(SevFixture fixture) throws IOException, NoSuchAlgorithmException {
        byte[] stream = fixture.readAllBytes();
        assertEquals(fixture.metadata().required("stream_size").intValue(), stream.length);
        assertEquals(
                fixture.metadata().required("stream_sha256").asText(),
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(stream)));
    }

    @ParameterizedTest
    @MethodSource("all")
    void platformsHaveWholeChains(SevFixture fixture) {
        for (SevPlatformTruth platform : List.of(fixture.source(), fixture.destination())) {
            assertEquals(48, platform.pdhPrivateKey().length);
            assertEquals(2084, platform.certificate("pdh").length);
            assertEquals(6252, platform.platformChain().length);
            assertTrue(platform.amdChain().length >= 1664);
        }
        assertFalse(
                Arrays.equals(
                        fixture.source().certificate("pdh"),
                        fixture.destination().certificate("pdh")));
    }

    @Test
    void realCertificatesAreThere() throws IOException {
        for (String generation : SevFixtures.GENERATIONS) {
            int length = generation.equals("naples") ? 832 : 1600;
            assertEquals(length, SevFixtures.certificate(generation, "ark.cert").length);
            assertEquals(length, SevFixtures.certificate(generation, "ask.cert").length);
        }
        for (String generation : SevFixtures.WHOLE_CHAINS) {
            for (String file : List.of("pdh", "pek", "oca", "cek")) {
                assertEquals(2084, SevFixtures.certificate(generation, file + ".cert").length);
            }
        }
    }
}
