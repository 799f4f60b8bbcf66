package dev.ferry.stream.edit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.item.StreamItem;
import dev.ferry.testdata.Fixtures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be asked for and what cannot. */
class EditPlannerTest {

    private static Recording recording(String fixture) throws IOException {
        return Recording.of(Fixtures.named(fixture));
    }

    private static String refused(String fixture, StreamEdits edits) throws IOException {
        Recording recording = recording(fixture);
        return String.valueOf(
                assertThrows(EditException.class, () -> recording.edited(edits)).getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    precopy-paused-q10 | hpett      | no section 'hpett'; did you mean hpet?
                    precopy-paused-q10 | ICH9-LPC   | no section 'ICH9-LPC'; did you mean ICH9LPC?
                    precopy-paused-q10 | hpet/1     | no section 'hpet/1'; 'hpet' has other instances
                    precopy-paused-q10 | ram        | section 'ram' is the guest's memory and must stay
                    precopy-smp4-q10   | cpu        | 'cpu' may mean cpu/0, cpu/1, cpu/2 and cpu/3; name one of them
                    none-q10           | q          | no section 'q'; there are ram, timer and globalstate
                    """)
    void onlyOneKnownSectionCanBeDropped(String fixture, String name, String message)
            throws IOException {
        assertEquals(message, refused(fixture, new StreamEdits().drop(name)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"0000:00:1f.0/ICH9LPC", "ICH9LPC", "0000:00:1f.0/ICH9LPC/0", "ICH9LPC/0"})
    void aSectionIsFoundByItsNameOrTheLastPartOfIt(String name) throws Exception {
        Recording after = recording("precopy-paused-q10").edited(new StreamEdits().drop(name));
        for (StreamItem item : after.items()) {
            if (item instanceof StreamItem.Section section) {
                assertTrue(!section.name().contains("ICH9LPC"));
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    fw_cfg:dma          | device 'fw_cfg/0' has no subsection 'dma'; did you mean fw_cfg/dma?
                    timer:x             | device 'timer/0' has no subsection 'x'; there is none
                    fw_cgf:fw_cfg/dma   | no device 'fw_cgf'; did you mean fw_cfg?
                    """)
    void onlyAKnownSubsectionCanBeDropped(String text, String message) throws Exception {
        assertEquals(
                message, refused("precopy-paused-q10", new StreamEdits().dropSubsection(text)));
    }

    @Test
    void aSubsectionNeedsItsDevice() {
        EditException e =
                assertThrows(
                        EditException.class, () -> new StreamEdits().dropSubsection("fw_cfg/dma"));
        assertEquals("subsection: expected DEVICE:NAME, found 'fw_cfg/dma'", e.getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    cpu.env.eip      | 0x10000000000000000 | cpu/0: env.eip: expected an integer from 0 to 18446744073709551615, found '0x10000000000000000'
                    cpu.env.eip      | -1        | cpu/0: env.eip: expected an integer from 0 to 18446744073709551615, found '-1'
                    cpu.env.fpuc     | 65536     | cpu/0: env.fpuc: expected an integer from 0 to 65535, found '65536'
                    apic.count_shift | 0x100000000 | apic/0: count_shift: expected an integer from -2147483648 to 2147483647, found '0x100000000'
                    apic.count_shift | 2147483648 | apic/0: count_shift: expected an integer from -2147483648 to 2147483647, found '2147483648'
                    cpu.env.eip      | ten       | cpu/0: env.eip: expected an integer from 0 to 18446744073709551615, found 'ten'
                    cpu.env.eip      | ''        | cpu/0: env.eip: expected an integer from 0 to 18446744073709551615, found ''
                    cpu.env.eipp     | 1         | cpu/0: no field 'env.eipp'; did you mean env.eip?
                    cup.env.eip      | 1         | no device 'cup'; did you mean cpu?
                    eip              | 1         | field: expected DEVICE.FIELD, found 'eip'
                    0000:00:1f.4/ICH9LPC.x | 1   | no device '0000:00:1f.4/ICH9LPC'; did you mean 0000:00:1f.0/ICH9LPC, 0000:00:1f.2/ich9_ahci or 0000:00:1f.3/ich9_smb?
                    globalstate.runstate | pause | globalstate/0: no run state 'pause'; did you mean paused?
                    globalstate.runstate | 00    | globalstate/0: runstate: expected 32 bytes as 64 hex digits, or text: and text, found '00'
                    globalstate.runstate[31] | 0000 | globalstate/0: runstate[31]: expected up to 1 bytes in hex, found '0000'
                    """)
    void onlyWhatFitsCanBeSet(String path, String value, String message) throws IOException {
        assertEquals(message, refused("precopy-paused-q10", new StreamEdits().set(path, value)));
    }

    @ParameterizedTest
    @CsvSource({
        "apic.count_shift, -1, ffffffff",
        "apic.count_shift, 0xffffffff, ffffffff",
        "apic.count_shift, -0x80000000, 80000000",
        "cpu/0.env.eip, 18446744073709551615, ffffffffffffffff",
        "cpu.env.regs[3], 0x7c00, 0000000000007c00",
        "fw_cfg.fw_cfg/dma.dma_addr, 258, 0000000000000102",
        "port92.outport, 255, ff",
        "fw_cfg.cur_offset[1], 1, 00000001"
    })
    void integersAreBigEndian(String path, String value, String hex) throws Exception {
        Recording before = recording("precopy-paused-q10");
        byte[] after = before.edited(new StreamEdits().set(path, value)).main();
        int first = Arrays.mismatch(before.main(), after);
        byte[] bytes = HexFormat.of().parseHex(hex);
        boolean found = false;
        for (int at = first - bytes.length + 1; at <= first; at++) {
            byte[] expected = before.main().clone();
            System.arraycopy(bytes, 0, expected, at, bytes.length);
            found |= Arrays.equals(expected, after);
        }
        assertTrue(found, path);
    }

    @ParameterizedTest
    @ValueSource(strings = {"precopy-paused-q10", "precopy-paused-q7"})
    void aRunStateIsSetByNameWithItsLength(String fixture) throws Exception {
        Recording after =
                recording(fixture)
                        .edited(new StreamEdits().set("globalstate.runstate", "shutdown"));
        List<String> outline = after.outline();
        int found = 0;
        for (String line : outline) {
            if (line.contains(" globalstate/0 ")) {
                String state =
                        "0".repeat(7)
                                + "9"
                                + HexFormat.of()
                                        .formatHex("shutdown".getBytes(StandardCharsets.US_ASCII))
                                + "00";
                assertTrue(line.contains(" " + state), line);
                found++;
            }
        }
        assertEquals(1, found);
    }

    @Test
    void textFillsABuffer() throws Exception {
        Recording before = recording("precopy-paused-q10");
        Recording name =
                before.edited(
                        new StreamEdits()
                                .set("globalstate.runstate", "text:shutdown")
                                .set("globalstate.size", "9"));
        assertArrayEquals(
                before.edited(new StreamEdits().set("globalstate.runstate", "shutdown")).main(),
                name.main());
    }

    @Test
    void twoEditsOfTheSameBytesContradict() throws IOException {
        assertEquals(
                "field cpu/0.env.eip is asked for twice",
                refused(
                        "precopy-paused-q10",
                        new StreamEdits().set("cpu.env.eip", "1").set("cpu/0.env.eip", "2")));
        assertEquals(
                "section 'cpu/0' and field cpu/0.env.eip are both asked for, but change the same"
                        + " bytes",
                refused(
                        "precopy-paused-q10",
                        new StreamEdits().set("cpu.env.eip", "1").drop("cpu")));
        assertEquals(
                "section 'hpet/0' is dropped twice",
                refused("precopy-paused-q10", new StreamEdits().drop("hpet").drop("hpet/0")));
    }

    @Test
    void aBlockIsRenamedToANameOfItsOwn() throws Exception {
        assertEquals(
                "no block 'pc.rma'; did you mean pc.ram or pc.rom?",
                refused("precopy-paused-q10", new StreamEdits().renameBlock("pc.rma", "x")));
        assertEquals(
                "two blocks would be called 'pc.rom'",
                refused("precopy-paused-q10", new StreamEdits().renameBlock("pc.ram", "pc.rom")));
        assertEquals(
                "block 'pc.ram' is renamed twice",
                assertThrows(
                                EditException.class,
                                () ->
                                        new StreamEdits()
                                                .renameBlock("pc.ram", "a")
                                                .renameBlock("pc.ram", "b"))
                        .getMessage());
        assertEquals(
                "block name: expected at most 255 bytes, found 256",
                assertThrows(
                                EditException.class,
                                () -> new StreamEdits().renameBlock("pc.ram", "a".repeat(256)))
                        .getMessage());
        recording("precopy-paused-q10")
                .edited(new StreamEdits().renameBlock("pc.ram", "a".repeat(255)))
                .outline();
    }

    @Test
    void allKindsOfEditsGoTogether() throws Exception {
        for (String fixture :
                new String[] {"precopy-paused-q10", "mapped-ram-q10", "libvirt-sparse-q10"}) {
            Recording before = recording(fixture);
            StreamEdits edits =
                    new StreamEdits()
                            .machine("pc-of-another-name")
                            .drop("hpet")
                            .dropSubsection("fw_cfg:fw_cfg/dma")
                            .renameBlock("pc.ram", "main-memory")
                            .set("cpu.env.eip", "0x7c00");
            Recording after = before.edited(edits);
            assertEquals(List.of(), after.findings());
            Recording one = before.edited(new StreamEdits().machine("pc-of-another-name"));
            one = one.edited(new StreamEdits().drop("hpet"));
            one = one.edited(new StreamEdits().dropSubsection("fw_cfg:fw_cfg/dma"));
            one = one.edited(new StreamEdits().renameBlock("pc.ram", "main-memory"));
            one = one.edited(new StreamEdits().set("cpu.env.eip", "0x7c00"));
            assertArrayEquals(one.main(), after.main(), fixture);
        }
    }

    @Test
    void mappedPagesStayInTheirPlaceOrMoveByWholeSteps() throws Exception {
        Recording before = recording("mapped-ram-q10");
        Recording after = before.edited(new StreamEdits().machine("m".repeat(255)));
        assertEquals(before.main().length, after.main().length - description(before, after));
        // A gap that is too small: pages directly behind the bitmap, as other writers may put them.
        Recording tight = MappedRam.withoutGaps(before);
        assertEquals(before.outline(), tight.outline());
        Recording moved = tight.edited(new StreamEdits().machine("m".repeat(255)));
        List<String> expected = before.outline();
        expected.set(
                1,
                expected.get(1)
                        .replaceFirst("configuration [^\\[]*", "configuration " + "m".repeat(255)));
        assertEquals(expected, moved.outline());
        assertEquals(
                tight.main().length + (1 << 20), moved.main().length - description(tight, moved));
        Recording back = moved.edited(new StreamEdits().machine("pc-q35-10.0"));
        List<String> again = before.outline();
        again.set(
                1, again.get(1).replaceFirst("configuration [^\\[]*", "configuration pc-q35-10.0"));
        assertEquals(again, back.outline());
    }

    /** How much longer the text of the description became. */
    private static long description(Recording before, Recording after) throws IOException {
        return description(after) - description(before);
    }

    private static long description(Recording recording) throws IOException {
        for (StreamItem item : recording.items()) {
            if (item instanceof StreamItem.Description d) {
                return d.length();
            }
        }
        return 0;
    }
}
