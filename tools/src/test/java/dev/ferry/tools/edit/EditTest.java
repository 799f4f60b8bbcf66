package dev.ferry.tools.edit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.container.Containers;
import dev.ferry.stream.container.LibvirtSaveImage;
import dev.ferry.stream.container.OpenedInput;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.Fixtures;
import dev.ferry.testdata.junit.FixtureSource;
import dev.ferry.tools.Ferry;
import dev.ferry.tools.FixtureFiles;
import dev.ferry.tools.cli.Terminal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

class EditTest {

    @TempDir Path directory;

    private Path main(String fixture) throws IOException {
        return Fixtures.named(fixture).main().unpack(directory);
    }

    private static byte[] stream(Path file) throws IOException {
        try (OpenedInput opened = Containers.open(file)) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            ByteBuffer piece = ByteBuffer.allocate(1 << 16);
            while (opened.stream().read(piece.clear()) >= 0) {
                bytes.write(piece.array(), 0, piece.position());
            }
            return bytes.toByteArray();
        }
    }

    private static LibvirtSaveImage image(Path file) throws IOException {
        try (OpenedInput opened = Containers.open(file)) {
            return (LibvirtSaveImage) opened.container();
        }
    }

    private static Ferry.Result edit(Path in, Path out, String... options) {
        List<String> args = new ArrayList<>(List.of("edit", in.toString(), "-o", out.toString()));
        args.addAll(List.of(options));
        return Ferry.run(args);
    }

    private static void assertFine(Ferry.Result result) {
        assertEquals(0, result.code(), result::toString);
        assertEquals("", result.out());
    }

    /** What a file with the same stream and nothing around it becomes. */
    private byte[] editedPlain(Path file, String... options) throws IOException {
        Path plain = Files.write(directory.resolve("plain"), stream(file));
        Path out = directory.resolve("plain.out");
        assertFine(edit(plain, out, options));
        return Files.readAllBytes(out);
    }

    private static final String[] EDITS = {
        "--machine",
        "another-machine-1.0",
        "--set",
        "cpu.env.eip=0x7c00",
        "--drop",
        "apic",
        "--rename-block",
        "pc.bios=the-bios"
    };

    // --- containers --------------------------------------------------------------------------

    @ParameterizedTest
    @FixtureSource(name = "libvirt-*", exclude = "*-sparse-*")
    void aSaveImageStaysWhatItIs(Fixture fixture) throws IOException {
        Path in = main(fixture.name());
        Path out = directory.resolve("out");
        Ferry.Result result = edit(in, out, EDITS);
        assertFine(result);
        assertEquals("", result.err());
        LibvirtSaveImage before = image(in);
        LibvirtSaveImage after = image(out);
        assertArrayEquals(before.rawHeader(), after.rawHeader());
        assertArrayEquals(before.rawData(), after.rawData());
        assertArrayEquals(editedPlain(in, EDITS), stream(out));
        assertFalse(Arrays.equals(stream(in), stream(out)));
    }

    @ParameterizedTest
    @CsvSource({"mapped-ram-offset-q10", "libvirt-sparse-q10"})
    void whatPrecedesAMappedStreamStays(String fixture) throws IOException {
        Path in = main(fixture);
        Path out = directory.resolve("out");
        assertFine(edit(in, out, EDITS));
        byte[] before = Files.readAllBytes(in);
        byte[] after = Files.readAllBytes(out);
        int start = before.length - stream(in).length;
        assertTrue(start > 0);
        assertEquals(-1, Arrays.mismatch(before, 0, start, after, 0, start));
        assertEquals(start, after.length - stream(out).length);
        // pages lie where they lay
        String digests = "\"sha256\":\"";
        String then = Ferry.run("inspect", "--json", "--digest", in.toString()).out();
        String now = Ferry.run("inspect", "--json", "--digest", out.toString()).out();
        assertEquals(digests(then), digests(now));
        assertTrue(then.contains(digests));
        assertEquals(0, Ferry.run("verify", out.toString()).code());
    }

    private static List<String> digests(String json) {
        List<String> digests = new ArrayList<>();
        for (String part : json.split("\"sha256\":\"", -1)) {
            digests.add(part.substring(0, Math.min(64, part.length())));
        }
        return digests.subList(1, digests.size());
    }

    @Test
    void aSnapshotBecomesAStream() throws IOException {
        Path in = main("savevm-q10");
        Path out = directory.resolve("out");
        Ferry.Result result = edit(in, out, EDITS);
        assertFine(result);
        assertEquals(
                "ferry: note: the output is the snapshot's stream alone, not a qcow2 image\n",
                result.err());
        assertArrayEquals(editedPlain(in, EDITS), Files.readAllBytes(out));
    }

    @ParameterizedTest
    @CsvSource({"precopy-paused-q10", "mapped-ram-offset-q10", "libvirt-raw-q10"})
    void aPackedFileIsUnpacked(String fixture) throws IOException {
        Path in = main(fixture);
        Path plain = directory.resolve("plain.out");
        assertFine(edit(in, plain, EDITS));
        Path packed = directory.resolve("packed.xz");
        try (XZOutputStream xz =
                new XZOutputStream(Files.newOutputStream(packed), new LZMA2Options(0))) {
            Files.copy(in, xz);
        }
        Path out = directory.resolve("out");
        Ferry.Result result = edit(packed, out, EDITS);
        assertFine(result);
        assertEquals("ferry: note: the output is not packed with xz\n", result.err());
        assertArrayEquals(Files.readAllBytes(plain), Files.readAllBytes(out));
    }

    @ParameterizedTest
    @CsvSource({"precopy-paused-q10", "libvirt-zstd-q10", "mapped-ram-q10"})
    void standardInputAndOutputWillDo(String fixture) throws IOException {
        Path in = main(fixture);
        Path out = directory.resolve("out");
        assertFine(edit(in, out, EDITS));
        List<String> args = new ArrayList<>(List.of("edit", "-", "-o", "-"));
        args.addAll(List.of(EDITS));
        Ferry.Result piped =
                Ferry.run(
                        new ByteArrayInputStream(Files.readAllBytes(in)),
                        Terminal.NONE,
                        args.toArray(new String[0]));
        assertEquals(0, piped.code(), piped.err());
        assertArrayEquals(Files.readAllBytes(out), piped.bytes());
    }

    @Test
    void whatPrecedesAStreamCannotBeKeptOfAPipe() throws IOException {
        byte[] in = Files.readAllBytes(main("mapped-ram-offset-q10"));
        Ferry.Result result =
                Ferry.run(
                        new ByteArrayInputStream(in),
                        Terminal.NONE,
                        "edit",
                        "-",
                        "-o",
                        directory.resolve("out").toString(),
                        "--machine",
                        "x");
        assertEquals(2, result.code());
        assertTrue(result.err().contains("only of a regular file"), result::err);
        assertFalse(Files.exists(directory.resolve("out")));
    }

    @Test
    void holesStayHoles() throws IOException, InterruptedException {
        Path in = main("mapped-ram-q10");
        Path out = directory.resolve("out");
        assertFine(edit(in, out, "--set", "cpu.env.eip=1"));
        assertEquals(Files.size(in), Files.size(out));
        Process du =
                new ProcessBuilder("du", "-k", out.toString()).redirectErrorStream(true).start();
        String text = new String(du.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        du.waitFor();
        long used = Long.parseLong(text.substring(0, text.indexOf('\t'))) * 1024;
        assertTrue(used < Files.size(out) / 2, used + " of " + Files.size(out));
    }

    // --- channels ----------------------------------------------------------------------------

    @ParameterizedTest
    @FixtureSource(name = {"multifd-*", "postcopy-*"})
    void everyChannelIsWritten(Fixture fixture) throws IOException {
        List<String> in = FixtureFiles.command(fixture, directory, List.of("edit"));
        int reverse = in.indexOf("--reverse");
        if (reverse >= 0) {
            in = in.subList(0, reverse);
        }
        List<String> args = new ArrayList<>(in);
        String out = directory.resolve("out").toString();
        args.addAll(List.of("-o", out, "--rename-block", "pc.ram=memory"));
        if (!fixture.ramBlock("pc.ram").isPresent()) {
            args.set(args.size() - 1, fixture.ramBlocks().getFirst().idstr() + "=memory");
        }
        Ferry.Result result = Ferry.run(args);
        assertFine(result);
        int channels = (in.size() - 2) / 2;
        List<String> inspect = new ArrayList<>(List.of("inspect", "--json", "--digest", out));
        for (int i = 1; i <= channels; i++) {
            inspect.addAll(List.of("--channel", out + ".ch" + i));
        }
        String now = Ferry.run(inspect).out();
        List<String> before = new ArrayList<>(in);
        before.set(0, "inspect");
        before.addAll(List.of("--json", "--digest"));
        String then = Ferry.run(before).out();
        assertEquals(digests(then), digests(now));
        assertTrue(now.contains("\"id\":\"memory\""), now);
        assertFalse(Files.exists(Path.of(out + ".ch" + (channels + 1))));
    }

    @Test
    void withoutItsChannelsABlockCannotBeRenamed() throws IOException {
        Path in = main("multifd-none2-q10");
        Path out = directory.resolve("out");
        Ferry.Result result = edit(in, out, "--rename-block", "pc.ram=memory");
        assertEquals(4, result.code(), result::err);
        assertTrue(result.err().contains("--channel"), result::err);
        assertFalse(Files.exists(out));
        // other things can be done to the main channel alone
        assertFine(edit(in, out, "--set", "cpu/0.env.eip=1"));
    }

    @Test
    void theReturnPathIsNotEdited() throws IOException {
        Path in = main("postcopy-q10");
        Ferry.Result result =
                edit(in, directory.resolve("out"), "--machine", "x", "--reverse", in.toString());
        assertEquals(2, result.code());
    }

    // --- libvirt's XML -----------------------------------------------------------------------

    private Path xml(String text) throws IOException {
        return Files.writeString(directory.resolve("new.xml"), text);
    }

    @ParameterizedTest
    @FixtureSource(name = "libvirt-*")
    void theXmlIsReplacedInPlace(Fixture fixture) throws IOException {
        Path in = main(fixture.name());
        Path out = directory.resolve("out");
        LibvirtSaveImage before = image(in);
        String text = "<domain type='kvm'>\n  <name>\u00fcber</name>\n</domain>\n";
        Ferry.Result result = edit(in, out, "--xml", xml(text).toString());
        assertFine(result);
        LibvirtSaveImage after = image(out);
        assertEquals(text, after.xml());
        assertEquals(before.cookie(), after.cookie());
        assertEquals(before.dataLength(), after.dataLength());
        byte[] then = Files.readAllBytes(in);
        byte[] now = Files.readAllBytes(out);
        int payload = (int) before.payloadOffset();
        assertEquals(-1, Arrays.mismatch(then, 0, 32, now, 0, 32), "the header");
        assertEquals(
                -1,
                Arrays.mismatch(then, payload, then.length, now, payload, now.length),
                "the packed stream");
        if (before.cookie().isPresent()) {
            assertEquals(text.getBytes(StandardCharsets.UTF_8).length + 1, after.cookieOffset());
        }
        // together with a change of the stream
        Path both = directory.resolve("both");
        assertFine(
                edit(
                        in,
                        both,
                        "--xml",
                        directory.resolve("new.xml").toString(),
                        "--set",
                        "cpu.env.eip=9"));
        assertEquals(text, image(both).xml());
        assertArrayEquals(editedPlainOrMapped(in, "--set", "cpu.env.eip=9"), stream(both));
    }

    private byte[] editedPlainOrMapped(Path file, String... options) throws IOException {
        Path out = directory.resolve("alone");
        assertFine(edit(file, out, options));
        return stream(out);
    }

    @Test
    void xmlThatDoesNotFitOrIsNoneIsRefused() throws IOException {
        Path in = main("libvirt-raw-q10");
        Path out = directory.resolve("out");
        int room = image(in).xmlRoom();
        String domain = "<domain>%s</domain>";
        Path full = xml(domain.formatted(" ".repeat(room - domain.length() + 2)));
        assertEquals(room, Files.size(full));
        assertFine(edit(in, out, "--xml", full.toString()));
        Files.delete(out);
        Path more = xml(domain.formatted(" ".repeat(room - domain.length() + 3)));
        Ferry.Result result = edit(in, out, "--xml", more.toString());
        assertEquals(2, result.code());
        assertTrue(
                result.err()
                        .contains(
                                "the XML has "
                                        + (room + 1)
                                        + " bytes, the image has room for "
                                        + room),
                result::err);
        for (String text :
                new String[] {"<domain>", "", "<network/>", "no XML", "<domain>\0</domain>"}) {
            assertEquals(2, edit(in, out, "--xml", xml(text).toString()).code(), text);
        }
        Files.write(directory.resolve("new.xml"), new byte[] {'<', (byte) 0xff, '/', '>'});
        assertEquals(2, edit(in, out, "--xml", directory.resolve("new.xml").toString()).code());
        assertEquals(5, edit(in, out, "--xml", directory.resolve("none").toString()).code());
        assertEquals(
                2, edit(main("precopy-s-q7"), out, "--xml", xml("<domain/>").toString()).code());
        assertFalse(Files.exists(out));
    }

    // --- mistakes ----------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    --drop ram           | section 'ram' is the guest's memory and must stay
                    --drop hpett         | no section 'hpett'; did you mean hpet?
                    --set cpu.env.eip    | --set: expected DEVICE.FIELD=VALUE, found 'cpu.env.eip'
                    --set cpu.env.epi=1  | cpu/0: no field 'env.epi'; did you mean env.eip?
                    --rename-block a     | --rename-block: expected OLD=NEW, found 'a'
                    --rename-block a=b   | no block 'a'
                    --rename-block pc.ram= | block name: the new name of 'pc.ram' is empty
                    --drop-subsection x  | subsection: expected DEVICE:NAME, found 'x'
                    ''                   | nothing to change is named
                    """)
    void whatCannotBeDoneIsSaidInOneLine(String options, String message) throws IOException {
        Path in = main("precopy-paused-q10");
        Path out = directory.resolve("out");
        Ferry.Result result =
                edit(in, out, options.isEmpty() ? new String[0] : options.split(" ", -1));
        assertEquals(2, result.code(), result::toString);
        assertTrue(result.err().startsWith("ferry: " + message), result::err);
        try (Stream<Path> files = Files.list(directory)) {
            assertEquals(1, files.count());
        }
    }

    @Test
    void theInputIsNotOverwritten() throws IOException {
        Path in = main("precopy-s-q7");
        byte[] before = Files.readAllBytes(in);
        Ferry.Result result = edit(in, in, "--machine", "x");
        assertEquals(2, result.code());
        assertTrue(result.err().contains("is the input"), result::err);
        assertArrayEquals(before, Files.readAllBytes(in));
        Path image = main("libvirt-raw-q10");
        Path xml = xml("<domain/>");
        assertEquals(2, edit(image, xml, "--xml", xml.toString()).code());
    }

    @Test
    void anOutputMustBeNamed() throws IOException {
        Path in = main("precopy-s-q7");
        assertEquals(2, Ferry.run("edit", in.toString(), "--machine", "x").code());
        assertEquals(2, Ferry.run("edit", "-o", in.toString(), "--machine", "x").code());
    }

    @ParameterizedTest
    @CsvSource({"precopy-paused-q10", "libvirt-gzip-q7", "mapped-ram-q10", "multifd-none2-q10"})
    void aTruncatedInputLeavesNoFile(String fixture) throws IOException {
        byte[] whole = Fixtures.named(fixture).main().readAllBytes();
        Path out = directory.resolve("out");
        for (int i = 1; i < 8; i++) {
            Path in =
                    Files.write(
                            directory.resolve("in"), Arrays.copyOf(whole, whole.length * i / 8));
            Ferry.Result result = edit(in, out, "--set", "timer.cpu_ticks_offset=1");
            // cut before its description, a device may not be readable
            assertTrue(result.code() == 3 || result.code() == 4, result::toString);
            try (Stream<Path> files = Files.list(directory)) {
                assertEquals(List.of(in), files.toList());
            }
        }
    }
}
