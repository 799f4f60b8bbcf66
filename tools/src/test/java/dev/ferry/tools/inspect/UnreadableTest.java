package dev.ferry.tools.inspect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.Fixtures;
import dev.ferry.tools.Ferry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stream without description that has a device nobody knows. */
class UnreadableTest {

    @TempDir Path directory;

    /** The capture with device {@code fw_cfg} under a name that no catalogue has. */
    private Path renamed(String fixture) throws IOException {
        Fixture named = Fixtures.named(fixture);
        String text = new String(named.main().readAllBytes(), StandardCharsets.ISO_8859_1);
        // The section, its subsections and, where there is one, their description.
        String other = text.replace("fw_cfg", "xx_cfg");
        assertTrue(!other.equals(text));
        return Files.write(directory.resolve(fixture), other.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void knowledgeEndsWithItsPlaceAndExitCode() throws IOException {
        Path stream = renamed("novmdesc-q10");
        Ferry.Result result = Ferry.run("inspect", "--json", "--digest", stream.toString());
        assertEquals(4, result.code(), result::toString);
        JsonNode json = Inspected.parse(result);
        assertTrue(json.at("/unreadable/0/what").asText().contains("'xx_cfg'"));
        assertEquals(
                json.at("/unreadable/0/offset").asLong(), json.at("/findings/0/offset").asLong());
        // The next section shows where this one ends.
        assertTrue(
                json.at("/unreadable/0/resumesAt").asLong()
                        > json.at("/unreadable/0/offset").asLong());
        assertTrue(json.at("/stream/complete").asBoolean());
        assertTrue(json.at("/ramBlocks/0/sha256").isTextual(), "RAM came to its end before");
        assertTrue(result.err().contains("'xx_cfg' cannot be read"), result::err);
    }

    @Test
    void layoutsOfAnotherStreamHelp() throws IOException {
        Path stream = renamed("novmdesc-q10");
        Path layouts = renamed("precopy-paused-q10");
        Ferry.Result result =
                Ferry.run("inspect", "--json", stream.toString(), "--layouts", layouts.toString());
        assertEquals(0, result.code(), result::toString);
        boolean found = false;
        for (JsonNode device : Inspected.parse(result).required("devices")) {
            found |= device.required("name").asText().equals("xx_cfg");
        }
        assertTrue(found);
    }

    @Test
    void layoutsOfAnotherMachineAreAWarning() throws IOException {
        Path stream = renamed("novmdesc-q10");
        Fixture other = Fixtures.named("precopy-s-q7");
        Path layouts = other.unpack(directory).values().iterator().next();
        JsonNode json =
                Inspected.parse(
                        Ferry.run(
                                "inspect",
                                "--json",
                                stream.toString(),
                                "--layouts",
                                layouts.toString()));
        assertTrue(
                json.required("findings").toString().contains("are of machine 'pc-i440fx-7.2'"),
                json.required("findings")::toString);
    }

    @Test
    void fileWithoutLayoutsIsRefused() throws IOException {
        Path stream = renamed("novmdesc-q10");
        Ferry.Result result =
                Ferry.run("inspect", stream.toString(), "--layouts", stream.toString());
        assertEquals(4, result.code(), result::toString);
        assertTrue(result.err().startsWith("ferry: layouts: neither"), result::err);
    }

    @Test
    void damagedDeviceHidesNoOther() throws IOException {
        Fixture fixture = Fixtures.named("precopy-paused-q10");
        byte[] bytes = fixture.main().readAllBytes();
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        // The tag of the subsection; its name follows.
        int subsection = text.indexOf("\5\nfw_cfg/dma");
        assertTrue(subsection > 0);
        bytes[subsection] = 9;
        Path file = Files.write(directory.resolve("damaged"), bytes);
        Ferry.Result result = Ferry.run("inspect", "--json", file.toString());
        assertEquals(3, result.code(), result::toString);
        JsonNode json = Inspected.parse(result);
        assertEquals(subsection, json.at("/findings/0/offset").asInt());
        assertEquals("error", json.at("/findings/0/severity").asText());
        boolean fwCfg = false;
        boolean globalState = false;
        for (JsonNode device : json.required("devices")) {
            fwCfg |= device.required("name").asText().equals("fw_cfg");
            globalState |= device.required("name").asText().equals("globalstate");
        }
        assertTrue(globalState && !fwCfg);
    }

    @Test
    void otherDevicesCanBeTakenOut() throws IOException {
        Path stream = renamed("novmdesc-q10");
        assertEquals(0, Ferry.run("extract", stream.toString(), "--device", "globalstate").code());
        assertEquals(0, Ferry.run("extract", stream.toString(), "--device", "cpu").code());
    }

    @Test
    void theDeviceItselfCannotForAReason() throws IOException {
        Path stream = renamed("novmdesc-q10");
        Ferry.Result result = Ferry.run("extract", stream.toString(), "--device", "xx_cfg");
        assertEquals(4, result.code(), result::toString);
        assertTrue(result.err().contains("no layout is known"), result::err);
    }

    @Test
    void verifySaysThatNotAllWasChecked() throws IOException {
        Ferry.Result result = Ferry.run("verify", renamed("novmdesc-q10").toString());
        assertEquals(4, result.code(), result::toString);
        assertTrue(result.out().contains("not all of it could be checked"), result::out);
    }
}
