package dev.ferry.tools.verify;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.Fixtures;
import dev.ferry.tools.Ferry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real streams with one thing spoilt: the finding, its place, the exit code. */
class VerifyDamageTest {

    @TempDir Path directory;

    private Ferry.Result verify(Damage damage, String... more) throws IOException {
        Path file = Files.write(directory.resolve("spoilt"), damage.bytes());
        List<String> args = new ArrayList<>(List.of("verify", file.toString()));
        args.addAll(List.of(more));
        return Ferry.run(args);
    }

    private void assertFinds(Damage damage, int code, String severity, String... words)
            throws IOException {
        Ferry.Result result = verify(damage);
        assertEquals(code, result.code(), result::toString);
        String line =
                result.out()
                        .lines()
                        .filter(l -> l.startsWith(severity + ": ") && l.contains(words[0]))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError(words[0] + " not in\n" + result));
        for (String word : words) {
            assertTrue(line.contains(word), () -> word + " not in\n" + line);
        }
    }

    @Test
    void footerOfAnotherSectionEndsTheReading() throws IOException {
        Damage stream = Damage.of("precopy-paused-q10");
        int footer = stream.find(Damage.hex("0000 0000 0000 0010 7e 00000001"), 0) + 8;
        assertFinds(
                stream.put(footer + 4, 9),
                3,
                "error",
                "section footer: expected id 1, found 9",
                "at 0x" + Integer.toHexString(footer + 1));
    }

    @Test
    void unknownRunStateIsRefusedByQemu() throws IOException {
        Damage stream = Damage.of("precopy-paused-q10");
        int state = stream.find("globalstate", 0);
        int name = stream.find("paused", state);
        assertFinds(
                stream.putText(name, "pausal"),
                1,
                "error",
                "run state: 'pausal' is not one that QEMU knows",
                "'globalstate'");
    }

    @Test
    void badXbzrleIsReportedAndTheRestStillChecked() throws IOException {
        Damage stream = Damage.of("xbzrle-q7");
        // XBZRLE|CONTINUE with a short delta: flags 0x60 in the low byte, encoding 1, length < 256.
        int at = xbzrle(stream, 0);
        int second = xbzrle(stream, at + 16);
        Ferry.Result result =
                verify(stream.put(at + 11, 0xff, 0xff, 0xff).put(second + 11, 0xff, 0xff, 0xff));
        assertEquals(1, result.code(), result::toString);
        List<String> errors =
                result.out().lines().filter(l -> l.startsWith("error: XBZRLE: ")).toList();
        assertEquals(2, errors.size(), result::toString);
        assertTrue(errors.getFirst().contains("at 0x" + Integer.toHexString(at)), errors::toString);
        assertTrue(errors.getLast().contains("/ page 0x"), errors::toString);
    }

    private static int xbzrle(Damage stream, int from) {
        byte[] bytes = stream.bytes();
        for (int i = from; i < bytes.length - 16; i++) {
            if (bytes[i] == 0
                    && bytes[i + 1] == 0
                    && bytes[i + 2] == 0
                    && bytes[i + 3] == 0
                    && bytes[i + 4] == 0
                    && (bytes[i + 6] & 0x0f) == 0
                    && bytes[i + 7] == 0x60
                    && bytes[i + 8] == 1
                    && bytes[i + 9] == 0
                    && bytes[i + 10] > 8) {
                return i;
            }
        }
        throw new AssertionError("no XBZRLE record");
    }

    @Test
    void badCompressedPageIsReported() throws IOException {
        Damage stream = Damage.of("compress-q7");
        int zlib = stream.find(Damage.hex("78 01"), 0x2000);
        assertFinds(
                stream.put(zlib, 0x70),
                1,
                "error",
                "compressed page: damaged zlib data",
                "page 0x");
    }

    @Test
    void zeroRecordWithAnotherByteNamesTheVersions() throws IOException {
        Damage stream = Damage.of("precopy-paused-q10");
        int at = stream.find(Damage.hex("0000 0000 0000 1022 00"), 0);
        assertFinds(
                stream.put(at + 8, 0x41),
                1,
                "error",
                "ZERO record with fill byte 0x41",
                "10.0 refuses it",
                "block 'pc.ram' / page 0x1000",
                "at 0x" + Integer.toHexString(at));
    }

    @Test
    void pageThatNeverComesIsAWarning() throws IOException {
        Damage stream = Damage.of("precopy-paused-q10");
        int at = stream.find(Damage.hex("0000 0000 0000 1022 00"), 0);
        assertFinds(
                stream.remove(at, 9),
                0,
                "warning",
                "1 page, the first at 0x1000, never came",
                "block 'pc.ram'");
    }

    @Test
    void strictMakesWarningsCount() throws IOException {
        Damage stream = Damage.of("precopy-paused-q10").append(new byte[] {1, 2, 3});
        assertEquals(0, verify(stream).code());
        assertEquals(1, verify(stream, "--strict").code());
    }

    @Test
    void bytesBehindTheEndAreAWarning() throws IOException {
        Damage stream = Damage.of("precopy-paused-q10");
        assertFinds(
                stream.append(new byte[] {1, 2, 3}),
                0,
                "warning",
                "3 bytes behind the end",
                "at 0x" + Integer.toHexString(stream.length()));
    }

    @Test
    void pingWithoutReturnPathIsFatalForQemu() throws IOException {
        Damage stream = Damage.of("precopy-paused-q10");
        int ram = stream.find(Damage.hex("01 00000001 03"), 8);
        assertFinds(
                stream.insert(ram, Damage.hex("08 0002 0004 00000001")),
                1,
                "error",
                "no return path was opened to answer on",
                "command PING",
                "at 0x" + Integer.toHexString(ram));
    }

    @Test
    void postcopyCommandsOutOfOrderAreFatalForQemu() throws IOException {
        Damage stream = Damage.of("precopy-paused-q10");
        int ram = stream.find(Damage.hex("01 00000001 03"), 8);
        assertFinds(
                stream.insert(ram, Damage.hex("08 0005 0000")),
                1,
                "error",
                "not allowed here, while postcopy was not advised",
                "command POSTCOPY_RUN");
    }

    @Test
    void pageSizeOfTheDescriptionMustBeTheOneUsed() throws IOException {
        Damage stream = Damage.of("precopy-paused-q10");
        int at = stream.find("\"page_size\": 4096", 0);
        assertFinds(
                stream.putText(at, "\"page_size\": 8192"),
                1,
                "error",
                "page size: expected 4096 as in the RAM sections, found 8192");
    }

    @Test
    void unknownCapabilityIsRefusedByQemu() throws IOException {
        Damage stream = Damage.of("mapped-ram-q10");
        int at = stream.find("configuration/capabilities", 0);
        // A second capability in the list: the count and the name.
        Damage more =
                stream.put(at + 26 + 4 + 3, 2).insert(at + 26 + 4 + 4, Damage.hex("05 782d666f6f"));
        Ferry.Result result = verify(more);
        assertTrue(result.out().contains("capability 'x-foo' is not one"), result::toString);
    }

    @Test
    void partialLibvirtImageIsRefusedByLibvirt() throws IOException {
        Damage stream = Damage.of("libvirt-raw-q10");
        assertFinds(
                stream.putText(0, "LibvirtQemudPart"),
                1,
                "error",
                "writing the image was not finished, and libvirt refuses it",
                "libvirt header");
    }

    @Test
    void failureOfTheDestinationIsFound() throws IOException {
        Fixture fixture = Fixtures.named("return-path-q7");
        fixture.unpack(directory);
        Path reverse = directory.resolve("return-path-q7.ch0.rev");
        byte[] bytes = Files.readAllBytes(reverse);
        // SHUT is last: type 1, length 4, the error.
        bytes[bytes.length - 1] = 1;
        Files.write(reverse, bytes);
        Ferry.Result result =
                Ferry.run(
                        "verify",
                        directory.resolve("return-path-q7.ch0.fwd").toString(),
                        "--reverse",
                        reverse.toString());
        assertEquals(1, result.code(), result::toString);
        assertTrue(result.out().contains("SHUT: the destination failed, code 1"), result::toString);
    }

    @Test
    void pongForNoPingIsFound() throws IOException {
        Fixture fixture = Fixtures.named("return-path-q7");
        fixture.unpack(directory);
        Path reverse = directory.resolve("return-path-q7.ch0.rev");
        byte[] bytes = Files.readAllBytes(reverse);
        // PONG is first: type 2, length 4, the value.
        bytes[7] = 5;
        Files.write(reverse, bytes);
        Ferry.Result result =
                Ferry.run(
                        "verify",
                        directory.resolve("return-path-q7.ch0.fwd").toString(),
                        "--reverse",
                        reverse.toString());
        assertAll(
                () -> assertEquals(1, result.code(), result::toString),
                () -> assertTrue(result.out().contains("PONG 0x5 answers no PING")),
                () -> assertTrue(result.out().contains("no PONG came back for 0x1")));
    }

    @Test
    void missingMultifdChannelsLeavePagesUnchecked() throws IOException {
        Fixture fixture = Fixtures.named("multifd-none2-q10");
        fixture.unpack(directory);
        Ferry.Result result =
                Ferry.run("verify", directory.resolve("multifd-none2-q10.ch0.fwd").toString());
        assertEquals(4, result.code(), result::toString);
        assertTrue(result.out().contains("their pages are not checked"), result::toString);
    }

    @Test
    void multifdChannelOfAnotherVmIsFound() throws IOException {
        Fixture fixture = Fixtures.named("multifd-none2-q10");
        fixture.unpack(directory);
        Path channel = directory.resolve("multifd-none2-q10.ch2.fwd");
        byte[] bytes = Files.readAllBytes(channel);
        bytes[8] = 1;
        Files.write(channel, bytes);
        Ferry.Result result =
                Ferry.run(
                        "verify",
                        directory.resolve("multifd-none2-q10.ch0.fwd").toString(),
                        "--channel",
                        directory.resolve("multifd-none2-q10.ch1.fwd").toString(),
                        "--channel",
                        channel.toString());
        assertEquals(1, result.code(), result::toString);
        assertTrue(result.out().contains("uuid: expected 00000000-"), result::toString);
    }

    @Test
    void pageOfPostcopySentTwiceIsFound() throws IOException {
        Fixture fixture = Fixtures.named("postcopy-q10");
        Damage stream = Damage.of("postcopy-q10");
        // Behind the package a PART of RAM begins; its first record is sent again.
        int package_ = stream.find(Damage.hex("08 0007 0004"), 0);
        int part = stream.find(Damage.hex("02 00000001 0000 0000"), package_);
        int record = part + 5;
        int name = stream.bytes()[record + 8];
        int size = 8 + 1 + name + 4096;
        if ((stream.bytes()[record + 7] & 0x08) == 0) {
            size = 8 + 1 + name + 1;
        }
        byte[] copy = java.util.Arrays.copyOfRange(stream.bytes(), record, record + size);
        assertFinds(
                stream.insert(record, copy),
                1,
                "error",
                "came before: a postcopy destination has the page already");
        assertEquals("postcopy-q10", fixture.name());
    }

    @Test
    void discardedPageThatNeverComesIsAnError() throws IOException {
        Damage stream = Damage.of("postcopy-q10");
        int package_ = stream.find(Damage.hex("08 0007 0004"), 0);
        int part = stream.find(Damage.hex("02 00000001 0000 0000"), package_);
        // The second record of the PART has CONTINUE and can go without another noticing.
        int first = part + 5;
        int second =
                first
                        + 9
                        + stream.bytes()[first + 8]
                        + ((stream.bytes()[first + 7] & 0x08) == 0 ? 1 : 4096);
        int size = (stream.bytes()[second + 7] & 0x08) == 0 ? 9 : 8 + 4096;
        assertFinds(
                stream.remove(second, size),
                1,
                "error",
                "1 page, the first at 0x",
                "never came: a guest that touches one waits for ever");
    }

    @Test
    void jsonHasTheSameFindings() throws IOException {
        Damage stream = Damage.of("precopy-paused-q10").append(new byte[] {1, 2, 3});
        JsonNode json = new ObjectMapper().readTree(verify(stream, "--json").bytes());
        assertAll(
                () -> assertEquals(1, json.required("schema").asInt()),
                () -> assertTrue(json.required("complete").asBoolean()),
                () -> assertEquals(0, json.required("errors").asInt()),
                () -> assertEquals(1, json.required("warnings").asInt()),
                () -> assertEquals("warning", json.at("/findings/0/severity").asText()),
                () -> assertEquals(stream.length() - 3, json.at("/findings/0/offset").asInt()));
    }
}
