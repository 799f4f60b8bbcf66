package dev.ferry.tools.sev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ferry.tools.Ferry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeasureTest {
    private static final String EMPTY =
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private static final String TIK = "202122232425262728292a2b2c2d2e2f";
    private static final String NONCE = "505152535455565758595a5b5c5d5e5f";
    private static final String MEASURE =
            "939be7f0299fbf6716f8bae01fc8ef5e45e0aed318d02567aa3a50e0b963a11c";

    @TempDir Path directory;

    @Test
    void measuresAsTheFirmwareDoes() throws IOException {
        Ferry.Result result = measure("--digest", EMPTY, "--tik", TIK);
        assertEquals(0, result.code(), result::toString);
        assertEquals(MEASURE + NONCE, HexFormat.of().formatHex(decoded(result)));
        JsonNode json = SevFiles.json(measure("--digest", EMPTY, "--tik", TIK, "--json"));
        assertEquals(1, json.required("schema").intValue());
        assertEquals(MEASURE, json.required("measure").textValue());
        assertEquals(NONCE, json.required("nonce").textValue());
        assertEquals(EMPTY, json.required("digest").textValue());
        assertTrue(json.required("asExpected").isNull());
        assertFalse(json.toString().contains(TIK), "the key is nobody's business");
    }

    /** From the tests of the virtee sev crate. */
    @Test
    void agreesWithVirtee() {
        Ferry.Result result =
                Ferry.run(
                        "sev",
                        "measure",
                        "--api",
                        "0.18",
                        "--build",
                        "15",
                        "--policy",
                        "0",
                        "--digest",
                        EMPTY,
                        "--nonce",
                        "4fbe0bedbad6c86ae8f68971d103e554",
                        "--tik",
                        "66320db73158a35a255d051758e95ed4");
        assertEquals(
                "6faab2daae389bcd3405a05d6cafe33c0414f7bedd0bae19ba5f38b7fd1664ea"
                        + "4fbe0bedbad6c86ae8f68971d103e554",
                HexFormat.of().formatHex(decoded(result)));
    }

    /** The same digest, whether it is given or comes from the files in their order. */
    @Test
    void filesAreHashedInTheirOrder() throws IOException {
        String one = file("one", "first");
        String two = file("two", "second");
        String digest = "da83f63e1a473003712c18f5afc5a79044221943d1083c7c5a7ac7236d85e8d2";
        Ferry.Result byFiles = measure("--data", one, "--data", two, "--tik", TIK);
        assertEquals(0, byFiles.code(), byFiles::toString);
        assertEquals(measure("--digest", digest, "--tik", TIK).out(), byFiles.out());
        assertFalse(
                byFiles.out().equals(measure("--data", two, "--data", one, "--tik", TIK).out()));
        Ferry.Result both = measure("--data", one, "--digest", digest, "--tik", TIK);
        assertEquals(2, both.code());
        assertTrue(both.err().contains("--digest and --data exclude each other"), both::err);
    }

    @Test
    void theKeyMayBeInAFile() throws IOException {
        byte[] tik = HexFormat.of().parseHex(TIK);
        byte[] both = HexFormat.of().parseHex("101112131415161718191a1b1c1d1e1f" + TIK);
        String expected = measure("--digest", EMPTY, "--tik", TIK).out();
        for (String file :
                List.of(
                        SevFiles.write(directory, "tik.bin", tik),
                        SevFiles.write(directory, "tek-tik.bin", both),
                        SevFiles.write(directory, "tik.b64", Base64.getEncoder().encode(tik)),
                        file("tik.hex", TIK + "\n"))) {
            assertEquals(expected, measure("--digest", EMPTY, "--tik", file).out(), file);
        }
        Ferry.Result odd = measure("--digest", EMPTY, "--tik", file("odd", "0123456789abcde"));
        assertEquals(5, odd.code(), odd::toString);
        assertFalse(odd.err().contains("0123456789abcde"), odd::err);
    }

    @Test
    void comparesWithWhatThePlatformSays() {
        String right = Base64.getEncoder().encodeToString(HexFormat.of().parseHex(MEASURE + NONCE));
        String wrong =
                Base64.getEncoder()
                        .encodeToString(
                                HexFormat.of().parseHex("00" + MEASURE.substring(2) + NONCE));
        // the nonce is then known
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "sev",
                                "measure",
                                "--api",
                                "1.51",
                                "--build",
                                "3",
                                "--policy",
                                "1",
                                "--digest",
                                EMPTY,
                                "--tik",
                                TIK,
                                "--expect",
                                right));
        assertEquals(0, Ferry.run(command).code());
        command.set(command.size() - 1, wrong);
        Ferry.Result other = Ferry.run(command);
        assertEquals(1, other.code(), other::toString);
        assertEquals("ferry: the measurement is another than expected\n", other.err());
    }

    @Test
    void somethingToMeasureIsNeeded() {
        Ferry.Result result = measure("--tik", TIK);
        assertEquals(2, result.code());
        assertTrue(result.err().startsWith("ferry: --digest or --data is missing"), result::err);
    }

    private static Ferry.Result measure(String... more) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "sev",
                                "measure",
                                "--api",
                                "1.51",
                                "--build",
                                "3",
                                "--policy",
                                "1",
                                "--nonce",
                                NONCE));
        command.addAll(List.of(more));
        return Ferry.run(command);
    }

    private static byte[] decoded(Ferry.Result result) {
        return Base64.getDecoder().decode(result.out().strip());
    }

    private String file(String name, String text) throws IOException {
        return SevFiles.write(directory, name, text.getBytes(StandardCharsets.US_ASCII));
    }
}
