package dev.ferry.tools.verify;

import static dev.ferry.tools.verify.EditedDump.field;
import static dev.ferry.tools.verify.EditedDump.fields;
import static dev.ferry.tools.verify.EditedDump.index;
import static dev.ferry.tools.verify.EditedDump.newField;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ferry.testdata.Fixtures;
import dev.ferry.tools.Ferry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A stream of QEMU 7.2 against what QEMUs dump, as it is and with one thing changed. */
class VerifyAgainstTest {

    @TempDir Path directory;

    private Path stream;

    @BeforeEach
    void unpack() throws IOException {
        stream =
                Files.write(
                        directory.resolve("stream"),
                        Fixtures.named("precopy-paused-q7").main().readAllBytes());
    }

    private Ferry.Result verify(EditedDump dump, String... more) throws IOException {
        List<String> args =
                new ArrayList<>(
                        List.of(
                                "verify",
                                stream.toString(),
                                "--against",
                                dump.write(directory).toString()));
        args.addAll(List.of(more));
        return Ferry.run(args);
    }

    private void assertLoads(EditedDump dump) throws IOException {
        Ferry.Result result = verify(dump, "--strict");
        assertEquals(0, result.code(), result::toString);
        assertTrue(result.out().contains("no findings"), result::toString);
    }

    /** Exactly one finding, an error. */
    private void assertError(EditedDump dump, String where, String message) throws IOException {
        assertOne(dump, "error", where, message);
    }

    private void assertOne(EditedDump dump, String severity, String where, String message)
            throws IOException {
        Ferry.Result result = verify(dump, "--json");
        JsonNode findings = new ObjectMapper().readTree(result.bytes()).required("findings");
        assertEquals(1, findings.size(), result::toString);
        JsonNode finding = findings.get(0);
        assertEquals(severity, finding.required("severity").asText(), result::toString);
        assertEquals(message, finding.required("message").asText());
        assertTrue(finding.required("where").asText().endsWith(where), result::toString);
        assertEquals(severity.equals("error") ? 1 : 0, result.code());
    }

    @ParameterizedTest
    @ValueSource(strings = {"7.2", "10.0"})
    void realDumpsHaveNoFindings(String release) throws IOException {
        assertLoads(EditedDump.of(release));
    }

    @Test
    void machineOfAnotherName() throws IOException {
        assertError(
                EditedDump.of("10.0").machine("pc-q35-7.2"),
                "configuration",
                "machine: 'pc-i440fx-7.2' here, 'pc-q35-7.2' in the destination");
    }

    @Test
    void machineWhoseNameGoesOnIsTakenForTheSame() throws IOException {
        assertLoads(EditedDump.of("10.0").machine("pc-i440fx-7.2-custom"));
    }

    @Test
    void versionThatTheDestinationDoesNotKnowYet() throws IOException {
        assertError(
                EditedDump.of("10.0").change("mc146818rtc", d -> d.put("version_id", 2)),
                "'mc146818rtc'",
                "version 3: the destination reads up to 2");
    }

    @Test
    void versionThatTheDestinationDoesNotKnowAnyMore() throws IOException {
        assertError(
                EditedDump.of("10.0")
                        .change(
                                "mc146818rtc",
                                d -> d.put("version_id", 5).put("minimum_version_id", 4)),
                "'mc146818rtc'",
                "version 3: the destination reads from 4 to 5");
    }

    @Test
    void deviceThatTheDestinationDoesNotHave() throws IOException {
        assertError(
                EditedDump.of("10.0").without("hpet"),
                "'hpet'",
                "version 2: the destination has no device with state 'hpet'");
    }

    @Test
    void oneOfSeveralDevicesOfANameIsEnough() throws IOException {
        assertLoads(
                EditedDump.of("10.0").variant("hpet", "other-hpet", d -> d.put("version_id", 1)));
    }

    @Test
    void fieldThatIsGone() throws IOException {
        assertError(
                EditedDump.of("10.0")
                        .change("ps2kbd", d -> fields(d).remove(index(d, "scancode_set"))),
                "'ps2kbd' / scancode_set",
                "the destination has no such field (4 bytes)"
                        + " ('ps2kbd': version 3 here, 3 there)");
    }

    @Test
    void fieldThatWasNotThere() throws IOException {
        assertError(
                EditedDump.of("10.0")
                        .change("ps2kbd", d -> fields(d).add(newField("novelty", 0, false, 2))),
                "'ps2kbd' / novelty",
                "the destination expects this field (2 bytes), the stream has not got it"
                        + " ('ps2kbd': version 3 here, 3 there)");
    }

    @Test
    void fieldOfALaterVersionMayBeMissing() throws IOException {
        assertLoads(
                EditedDump.of("10.0")
                        .change(
                                "ps2kbd",
                                d -> {
                                    d.put("version_id", 4);
                                    fields(d).add(newField("novelty", 4, false, 2));
                                }));
    }

    @Test
    void conditionalFieldMayBeMissing() throws IOException {
        assertLoads(
                EditedDump.of("10.0")
                        .change(
                                "ps2kbd",
                                d -> fields(d).insert(1, newField("novelty", 0, true, 2))));
    }

    @Test
    void fieldOfAnotherSize() throws IOException {
        assertError(
                EditedDump.of("10.0").change("ps2kbd", d -> field(d, "translate").put("size", 8)),
                "'ps2kbd' / translate",
                "4 bytes here, 8 bytes in the destination"
                        + " ('ps2kbd': version 3 here, 3 there)");
    }

    @Test
    void fieldInAStructureIsNamedWithItsPathAndOnce() throws IOException {
        assertError(
                EditedDump.of("10.0").change("pit channel", d -> field(d, "count").put("size", 2)),
                "'i8254' / channels[0].count",
                "4 bytes here, 2 bytes in the destination"
                        + " ('pit channel': version 2 here, 2 there)");
    }

    @Test
    void sizeOfAFormatOfItsOwnIsOnlyDoubtful() throws IOException {
        EditedDump dump =
                EditedDump.of("10.0")
                        .change("PCIDevice", d -> field(d, "irq_state").put("size", 8));
        Ferry.Result result = verify(dump);
        assertEquals(0, result.code(), result::toString);
        assertTrue(
                result.out()
                        .contains(
                                "warning: 16 bytes here, 8 bytes in the destination ('PCIDevice':"
                                        + " version 2 here, 2 there)"),
                result::toString);
        assertTrue(
                result.out().contains("'0000:00:00.0/I440FX' / parent_obj.irq_state"),
                result::toString);
    }

    @Test
    void arrayOfAnotherLength() throws IOException {
        assertError(
                EditedDump.of("10.0").change("i8254", d -> field(d, "channels").put("num", 4)),
                "'i8254' / channels",
                "3 structures, 96 bytes here, 4 structures 'pit channel' in the destination"
                        + " ('i8254': version 3 here, 3 there)");
    }

    @Test
    void swappedFieldsOfOneSizeAreReadForEachOther() throws IOException {
        EditedDump dump =
                EditedDump.of("10.0")
                        .change(
                                "ps2kbd",
                                d -> {
                                    ArrayNode fields = fields(d);
                                    int scan = index(d, "scan_enabled");
                                    int translate = index(d, "translate");
                                    JsonNode first = fields.get(scan);
                                    fields.set(scan, fields.get(translate));
                                    fields.set(translate, first);
                                });
        Ferry.Result result = verify(dump);
        assertEquals(1, result.code(), result::toString);
        assertTrue(
                result.out()
                        .contains(
                                "error: the destination has 'translate' in this place, of the same"
                                        + " size: the order differs"),
                result::toString);
        assertTrue(result.out().contains("'ps2kbd' / scan_enabled"), result::toString);
    }

    @Test
    void otherNameOfTheSameSizeIsAWarning() throws IOException {
        assertOne(
                EditedDump.of("10.0")
                        .change("ps2kbd", d -> field(d, "translate").put("field", "something")),
                "warning",
                "'ps2kbd' / translate",
                "the destination has 'something' in this place, of the same size"
                        + " ('ps2kbd': version 3 here, 3 there)");
    }

    @Test
    void memberThatMovedIsTheSame() throws IOException {
        assertLoads(
                EditedDump.of("10.0")
                        .change(
                                "ps2kbd",
                                d -> field(d, "translate").put("field", "leds.core.translate")));
    }

    @Test
    void fieldsThatWentIntoAStructureAreTheSame() throws IOException {
        assertLoads(
                EditedDump.of("10.0")
                        .change(
                                "ps2kbd",
                                d -> {
                                    ArrayNode fields = fields(d);
                                    int first = index(d, "translate");
                                    ObjectNode nested = newField("inner", 0, false, 64);
                                    ObjectNode description =
                                            nested.putObject("Description")
                                                    .put("name", "ps2kbd-inner")
                                                    .put("version_id", 1)
                                                    .put("minimum_version_id", 1);
                                    description.withArray("Fields").add(fields.remove(first));
                                    fields.insert(first, nested);
                                }));
    }

    @Test
    void fieldsThatNobodyNeedsAnyMoreAreSkipped() throws IOException {
        assertLoads(
                EditedDump.of("10.0")
                        .change(
                                "ps2kbd",
                                d -> {
                                    ArrayNode fields = fields(d);
                                    int first = index(d, "translate");
                                    fields.remove(first + 1);
                                    fields.set(first, newField("unused", 0, false, 8));
                                }));
    }

    @Test
    void structuresVersionAloneIsNoFinding() throws IOException {
        assertLoads(
                EditedDump.of("10.0")
                        .change(
                                "PCIDevice",
                                d -> d.put("version_id", 9).put("minimum_version_id", 9)));
    }

    @Test
    void unknownSubsection() throws IOException {
        assertError(
                EditedDump.of("10.0").change("piix4_pm", d -> d.remove("Subsections")),
                "piix4_pm' / piix4_pm/memhp",
                "subsection of version 1, which the destination does not know"
                        + " ('piix4_pm': version 3 here, 3 there)");
    }

    @Test
    void subsectionThatIsTooNew() throws IOException {
        assertError(
                EditedDump.of("10.0").change("piix4_pm/memhp", d -> d.put("version_id", 0)),
                "piix4_pm' / piix4_pm/memhp",
                "version 1: the destination reads up to 0");
    }

    @Test
    void findingIsWhereTheFieldIs() throws IOException {
        Ferry.Result result =
                verify(
                        EditedDump.of("10.0")
                                .change("ps2kbd", d -> field(d, "translate").put("size", 8)),
                        "--json");
        long offset =
                new ObjectMapper()
                        .readTree(result.bytes())
                        .required("findings")
                        .get(0)
                        .required("offset")
                        .asLong();
        Ferry.Result devices =
                Ferry.run("inspect", "--json", "--devices", "ps2kbd", stream.toString());
        JsonNode device = new ObjectMapper().readTree(devices.bytes()).required("devices").get(0);
        long start = device.required("offset").asLong();
        assertTrue(offset > start && offset < start + device.required("length").asLong());
    }

    @Test
    void streamWithoutDescriptionIsReadByKnownLayouts() throws IOException {
        Damage whole = Damage.of("precopy-paused-q7");
        int description = whole.find("{\"page_size\"", whole.length() / 2) - 5;
        Files.write(stream, whole.remove(description, whole.length() - description).bytes());
        EditedDump dump =
                EditedDump.of("10.0").change("ps2kbd", d -> field(d, "translate").put("size", 8));
        Ferry.Result result = verify(dump);
        assertEquals(1, result.code(), result::toString);
        assertTrue(
                result.out().contains("4 bytes here, 8 bytes in the destination"),
                result::toString);
        assertTrue(result.out().contains(": 1 error"), result::toString);
    }

    @Test
    void jsonTellsWhatTheDumpDoesNot() throws IOException {
        Ferry.Result result = verify(EditedDump.of("10.0"), "--json");
        JsonNode against = new ObjectMapper().readTree(result.bytes()).required("against");
        assertEquals("pc-i440fx-7.2", against.required("machine").asText());
        assertEquals(23, against.required("compared").asInt());
        assertTrue(against.required("untold").toString().contains("\"cpu\""), result::toString);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "3 not json",
                "3 {\"isa-serial\": {\"Name\": \"isa-serial\"}}",
                "3 {\"vmschkmachine\": {\"Name\": \"pc\"}, \"x\": {\"Description\": []}}",
                "3 {\"vmschkmachine\": {\"Name\": \"pc\"}, \"x\": {\"Description\":"
                        + " {\"version_id\": -1}}}"
            })
    void whatIsNoDumpIsSaid(String text) throws IOException {
        Path file = Files.writeString(directory.resolve("dump"), text.substring(2));
        Ferry.Result result = Ferry.run("verify", stream.toString(), "--against", file.toString());
        assertEquals(Integer.parseInt(text.substring(0, 1)), result.code(), result::toString);
        assertTrue(result.err().startsWith("ferry: vmstate dump: "), result::toString);
    }

    @Test
    void missingDumpIsSaid() {
        Ferry.Result result = Ferry.run("verify", stream.toString(), "--against", "/nowhere");
        assertEquals(5, result.code());
        assertEquals("ferry: /nowhere: no such file or directory\n", result.err());
    }
}
