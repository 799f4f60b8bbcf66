package dev.ferry.tools.diff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.Fixtures;
import dev.ferry.tools.Ferry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What counts, what does not, what cannot be told, and the exit codes for it. */
class DiffTest {

    @TempDir Path directory;

    private String file(String fixture) throws IOException {
        return Fixtures.named(fixture).main().unpack(directory).toString();
    }

    private String spoilt(String name, byte[] bytes) throws IOException {
        return Files.write(directory.resolve(name), bytes).toString();
    }

    private static byte[] bytes(String fixture) throws IOException {
        return Fixtures.named(fixture).main().readAllBytes();
    }

    @Test
    void versionsOfQemuAreComparedByFieldName() throws IOException {
        Diffed diff = Diffed.of(file("precopy-dirty-q7"), file("precopy-dirty-q10"));
        assertEquals(1, diff.code());
        JsonNode stream = diff.json().required("stream");
        assertEquals(1, stream.size());
        assertEquals("machine", stream.get(0).required("what").asText());
        assertEquals("a", diff.device("0000:00:00.0/mch").required("in").asText());
        assertEquals("b", diff.device("fdc").required("in").asText());
        Set<String> hpet = new TreeSet<>();
        for (JsonNode field : diff.device("hpet").required("fields")) {
            hpet.add(field.required("path").asText() + " " + field.required("kind").asText());
        }
        assertEquals(
                Set.of(
                        "num_timers onlyA",
                        "num_timers_save onlyB",
                        "timer[0].config value",
                        "timer[1].config value",
                        "timer[2].config value"),
                hpet);
        // The same text in a buffer of 100 bytes and in one of 32.
        for (JsonNode field : diff.device("globalstate").required("fields")) {
            assertFalse(field.required("path").asText().equals("runstate"));
        }
        JsonNode ram = diff.block("pc.ram");
        assertEquals(0x302000, ram.required("a").required("length").asLong());
        assertEquals(0x300000, ram.required("b").required("length").asLong());
        assertEquals(768, ram.required("compared").asLong());
    }

    @Test
    void deviceAndBlockOfOneSideAreTold() throws IOException {
        Diffed diff = Diffed.of(file("precopy-paused-q10"), file("vga-std-q10"));
        JsonNode vga = diff.block("0000:00:02.0/vga.vram");
        assertTrue(vga.required("a").isNull(), vga::toString);
        assertEquals(0, vga.required("compared").asInt());
        assertEquals("b", diff.device("0000:00:02.0/vga").required("in").asText());
        Ferry.Result text = Ferry.run("diff", file("precopy-paused-q10"), file("vga-std-q10"));
        assertTrue(text.out().contains("block 0000:00:02.0/vga.vram: B only, 1 MiB\n"), text::out);
        assertTrue(text.out().contains("device 0000:00:02.0/vga: B only\n"), text::out);
    }

    @Test
    void liveSectionsAreComparedByContent() throws IOException {
        byte[] stream = bytes("dirty-bitmaps-q10");
        int name = find(stream, "dirty-bitmap", 0);
        byte[] changed = stream.clone();
        // The name of the disk that the first bitmap belongs to.
        changed[find(stream, "disk0", name)] ^= 0x20;
        Diffed diff = Diffed.of(spoilt("a", stream), spoilt("b", changed));
        assertEquals(1, diff.code(), diff::toString);
        assertEquals(1, diff.json().required("live").size(), diff::toString);
        assertEquals("dirty-bitmap", diff.json().required("live").get(0).required("name").asText());
    }

    private static int find(byte[] in, String text, int from) {
        byte[] wanted = text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        for (int i = from; i < in.length - wanted.length; i++) {
            if (Arrays.equals(in, i, i + wanted.length, wanted, 0, wanted.length)) {
                return i;
            }
        }
        throw new AssertionError("no " + text);
    }

    @Test
    void devicesAloneLeaveMemoryOut() throws IOException {
        Diffed diff = Diffed.of(file("precopy-dirty-q7"), file("precopy-dirty-q10"), "--devices");
        assertTrue(diff.json().required("blocks").isEmpty());
        assertTrue(diff.json().required("stream").isEmpty());
        assertFalse(diff.json().required("devices").isEmpty());
        assertTrue(
                diff.json().required("notices").toString().contains("machine: A pc-q35-7.2"),
                diff::toString);
    }

    @Test
    void memoryAloneLeavesDevicesOut() throws IOException {
        Diffed diff = Diffed.of(file("precopy-dirty-q7"), file("precopy-dirty-q10"), "--ram");
        assertTrue(diff.json().required("devices").isEmpty());
        assertEquals(435, diff.json().required("counts").required("pages").asInt());
    }

    @Test
    void deltasAreResolved() throws IOException {
        String a = file("xbzrle-q10");
        Path converted = directory.resolve("converted");
        assertEquals(
                0, Ferry.run("convert", a, "--to", "stream", "-o", converted.toString()).code());
        assertEquals(0, Diffed.of(a, converted.toString()).code());
        byte[] changed = Files.readAllBytes(converted);
        // The guest's filler, in a page that came as a delta or not.
        int at = find(changed, "page", 0);
        changed[at] ^= 1;
        Diffed diff = Diffed.of(a, spoilt("changed", changed));
        assertEquals(1, diff.code(), diff::toString);
        assertEquals(1, diff.json().required("counts").required("pages").asInt());
    }

    @Test
    void sharedMemoryIsNotTakenForEqual() throws IOException {
        String file = file("ignore-shared-q10");
        Ferry.Result result = Ferry.run("diff", file, file);
        assertEquals(4, result.code());
        assertTrue(
                result.out()
                        .endsWith(
                                "not compared: block 'mem0': A: left in shared memory"
                                        + " (x-ignore-shared), not in the stream\n"
                                        + "no differences where compared\n"),
                result::out);
    }

    @Test
    void missingChannelsAreNotTakenForEqual() throws IOException {
        String file = file("multifd-none2-q7");
        Diffed diff = Diffed.of(file, file);
        assertEquals(4, diff.code());
        JsonNode ram = diff.block("pc.ram");
        assertEquals(0, ram.required("compared").asInt());
        assertTrue(ram.required("undetermined").asInt() > 0);
        assertEquals(
                "A: pages travelled on multifd channels that were not given",
                ram.required("note").asText());
    }

    @Test
    void snapshotsOfOneImageAreNamed() throws IOException {
        String file = file("savevm-q10");
        assertEquals(
                0, Diffed.of(file, file, "--snapshot", "snap1", "--snapshot-b", "snap1").code());
        Ferry.Result result = Ferry.run("diff", file, file, "--snapshot-b", "none");
        assertEquals(4, result.code(), result::toString);
        assertTrue(result.err().startsWith("ferry: B: "), result::err);
    }

    @Test
    void damageIsToldWithItsSide() throws IOException {
        Fixture fixture = Fixtures.named("precopy-paused-q10");
        String whole = file(fixture.name());
        byte[] stream = bytes(fixture.name());
        String cut = spoilt("cut", Arrays.copyOf(stream, stream.length / 2));
        Ferry.Result second = Ferry.run("diff", whole, cut);
        assertEquals(3, second.code(), second::toString);
        assertTrue(second.err().startsWith("ferry: B: "), second::err);
        Ferry.Result first = Ferry.run("diff", cut, whole);
        assertEquals(3, first.code(), first::toString);
        assertTrue(first.err().startsWith("ferry: A: "), first::err);
        assertEquals("", first.out());
    }

    @Test
    void missingFileIsToldWithItsSide() throws IOException {
        Ferry.Result result = Ferry.run("diff", file("none-q10"), "/nowhere");
        assertEquals(5, result.code());
        assertEquals("ferry: B: /nowhere: no such file or directory\n", result.err());
    }

    @Test
    void wrongUsageIsSaid() {
        assertEquals(2, Ferry.run("diff", "one").code());
        assertEquals(2, Ferry.run("diff", "-", "-").code());
        assertEquals(2, Ferry.run("diff", "a", "b", "--limit", "-1").code());
        assertEquals(2, Ferry.run("diff", "a", "-", "--channel", "-").code());
    }
}
